//! Bar charts as SVG, in the colours of the page that they stand in.

use std::fmt::Write;

const WIDTH: f64 = 720.0;
const PANEL_WIDTH: f64 = WIDTH / 2.0;
const PANEL_TITLE: f64 = 36.0;
const BELOW_PANEL: f64 = 20.0;
const BAR_HEIGHT: f64 = 20.0;
const BAR: f64 = BAR_HEIGHT + 8.0;
const FIGURE: f64 = 84.0;

/// What a label has at least, and what it needs for each letter.
const LABEL: (f64, f64) = (64.0, 8.5);

/// Panels of bars, two in a row.
pub(super) struct Chart {
    pub(super) id: String,
    pub(super) title: String,
    /// The command, the machine and the date.
    pub(super) source: String,
    pub(super) panels: Vec<Bars>,
}

/// One panel: a bar for each thing that is compared.
pub(super) struct Bars {
    pub(super) title: String,
    pub(super) unit: String,
    pub(super) bars: Vec<Bar>,
}

/// One bar, in a colour that the page has.
pub(super) struct Bar {
    pub(super) name: String,
    pub(super) value: f64,
    pub(super) colour: usize,
}

impl Chart {
    pub(super) fn to_svg(&self) -> String {
        let rows = self.panels.len().div_ceil(2);
        let most_bars = self.panels.iter().map(|panel| panel.bars.len()).max().unwrap_or(0);
        let panel_height = PANEL_TITLE + most_bars as f64 * BAR + BELOW_PANEL;
        let label = self.label();
        let height = rows as f64 * panel_height + 30.0;
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-labelledby=\"{id}-title {id}-desc\" viewBox=\"0 0 {WIDTH} {height}\" class=\"chart\">\n<title id=\"{id}-title\">{}</title>\n<desc id=\"{id}-desc\">{}</desc>\n",
            self.title,
            self.describe(),
            id = self.id,
        );
        for (index, panel) in self.panels.iter().enumerate() {
            let (x, y) = ((index % 2) as f64 * PANEL_WIDTH, (index / 2) as f64 * panel_height);
            panel.draw(&mut svg, x, y, label);
        }
        line(
            &mut svg,
            &format!(
                "<text x=\"8\" y=\"{}\" class=\"source\">{}</text>",
                height - 10.0,
                self.source
            ),
        );
        svg.push_str("</svg>\n");
        svg
    }

    /// The width of all labels.
    fn label(&self) -> f64 {
        let bars = self.panels.iter().flat_map(|panel| &panel.bars);
        let width = bars.map(|bar| bar.name.chars().count() as f64 * LABEL.1);
        width.fold(LABEL.0, f64::max)
    }

    /// The chart in words.
    fn describe(&self) -> String {
        let panel = |panel: &Bars| {
            let bars: Vec<_> = panel
                .bars
                .iter()
                .map(|Bar { name, value, .. }| format!("{name} {value} {}", panel.unit))
                .collect();
            format!("{}: {}.", panel.title, bars.join(", "))
        };
        self.panels.iter().map(panel).collect::<Vec<_>>().join(" ")
    }
}

impl Bars {
    fn draw(&self, svg: &mut String, x: f64, y: f64, label: f64) {
        let most = self.bars.iter().map(|bar| bar.value).fold(f64::MIN_POSITIVE, f64::max);
        let room = PANEL_WIDTH - label - FIGURE - 8.0;
        line(
            svg,
            &format!(
                "<text x=\"{}\" y=\"{}\" class=\"panel-title\">{}</text>",
                x + 8.0,
                y + 22.0,
                self.title
            ),
        );
        for (index, Bar { name, value, colour }) in self.bars.iter().enumerate() {
            let top = y + PANEL_TITLE + index as f64 * BAR;
            let text = top + BAR_HEIGHT - 5.0;
            let width = (value / most * room * 10.0).round() / 10.0;
            line(
                svg,
                &format!(
                    "<text x=\"{}\" y=\"{text}\" text-anchor=\"end\">{name}</text>",
                    x + label
                ),
            );
            line(
                svg,
                &format!(
                    "<rect x=\"{}\" y=\"{top}\" width=\"{width}\" height=\"{BAR_HEIGHT}\" rx=\"3\" class=\"bar bar-{colour}\"/>",
                    x + label + 8.0
                ),
            );
            line(
                svg,
                &format!(
                    "<text x=\"{}\" y=\"{text}\">{value} {}</text>",
                    x + label + width + 14.0,
                    self.unit
                ),
            );
        }
    }
}

fn line(svg: &mut String, text: &str) {
    let _ = writeln!(svg, "{text}"); // a String takes all that is written
}
