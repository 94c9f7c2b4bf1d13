// A bar for each of the newest numbers, the newest on the right.

const SVG = 'http://www.w3.org/2000/svg'
const LARGEST = 10
const WIDTH = 8 // of a bar and the gap after it, in the chart's own units
const HEIGHT = 100

export class Chart {
  #svg
  #bars = []

  constructor(svg, count) {
    this.#svg = svg
    svg.setAttribute('viewBox', `0 0 ${count * WIDTH} ${HEIGHT}`)
    for (let index = 0; index < count; index += 1) {
      const bar = document.createElementNS(SVG, 'rect')
      bar.setAttribute('x', index * WIDTH)
      bar.setAttribute('width', WIDTH - 2)
      bar.setAttribute('rx', 1)
      this.#bars.push(bar)
    }
    svg.append(...this.#bars)
    this.draw([])
  }

  // Draws these numbers, of which there are as many as there are bars, or fewer.
  draw(numbers) {
    const first = this.#bars.length - numbers.length
    this.#bars.forEach((bar, index) => {
      // A zero is a line, and no number is nothing.
      const number = numbers[index - first]
      const height = number === undefined ? 0 : 2 + (number / LARGEST) * (HEIGHT - 2)
      bar.setAttribute('y', HEIGHT - height)
      bar.setAttribute('height', height)
    })
    this.#svg.setAttribute('aria-label', words(numbers))
  }
}

function words(numbers) {
  if (numbers.length === 0) return 'A chart of the newest numbers: none so far'
  const mean = numbers.reduce((sum, number) => sum + number, 0) / numbers.length
  return `A chart of the newest ${numbers.length} numbers, from ${Math.min(...numbers)} to ${Math.max(...numbers)}, ${mean.toFixed(1)} on average`
}
