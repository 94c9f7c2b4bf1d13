//! Bar charts as SVG, in the colours of the page that they stand in.

use std::fmt::Write;

const WIDTH: f64 = 720.0;
const PANEL: (f64, f64) = (WIDTH / 2.0, 140.0);
const BAR_HEIGHT: f64 = 20.0;
const LABEL: f64 = 64.0;
const FIGURE: f64 = 84.0;

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
    pub(super) bars: Vec<(String, f64)>,
}

impl Chart {
    pub(super) fn to_svg(&self) -> String {
        let rows = self.panels.len().div_ceil(2);
        let height = rows as f64 * PANEL.1 + 30.0;
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-labelledby=\"{id}-title {id}-desc\" viewBox=\"0 0 {WIDTH} {height}\" class=\"chart\">\n<title id=\"{id}-title\">{}</title>\n<desc id=\"{id}-desc\">{}</desc>\n",
            self.title,
            self.describe(),
            id = self.id,
        );
        for (index, panel) in self.panels.iter().enumerate() {
            let (x, y) = ((index % 2) as f64 * PANEL.0, (index / 2) as f64 * PANEL.1);
            panel.draw(&mut svg, x, y);
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

    /// The chart in words.
    fn describe(&self) -> String {
        let panel = |panel: &Bars| {
            let bars: Vec<_> = panel
                .bars
                .iter()
                .map(|(name, value)| format!("{name} {value} {}", panel.unit))
                .collect();
            format!("{}: {}.", panel.title, bars.join(", "))
        };
        self.panels.iter().map(panel).collect::<Vec<_>>().join(" ")
    }
}

impl Bars {
    fn draw(&self, svg: &mut String, x: f64, y: f64) {
        let most = self.bars.iter().map(|(_, value)| *value).fold(f64::MIN_POSITIVE, f64::max);
        let room = PANEL.0 - LABEL - FIGURE - 8.0;
        line(
            svg,
            &format!(
                "<text x=\"{}\" y=\"{}\" class=\"panel-title\">{}</text>",
                x + 8.0,
                y + 22.0,
                self.title
            ),
        );
        for (index, (name, value)) in self.bars.iter().enumerate() {
            let top = y + 36.0 + index as f64 * (BAR_HEIGHT + 8.0);
            let text = top + BAR_HEIGHT - 5.0;
            let width = (value / most * room * 10.0).round() / 10.0;
            line(
                svg,
                &format!(
                    "<text x=\"{}\" y=\"{text}\" text-anchor=\"end\">{name}</text>",
                    x + LABEL
                ),
            );
            line(
                svg,
                &format!(
                    "<rect x=\"{}\" y=\"{top}\" width=\"{width}\" height=\"{BAR_HEIGHT}\" rx=\"3\" class=\"bar bar-{index}\"/>",
                    x + LABEL + 8.0
                ),
            );
            line(
                svg,
                &format!(
                    "<text x=\"{}\" y=\"{text}\">{value} {}</text>",
                    x + LABEL + width + 14.0,
                    self.unit
                ),
            );
        }
    }
}

fn line(svg: &mut String, text: &str) {
    let _ = writeln!(svg, "{text}"); // a String takes all that is written
}
