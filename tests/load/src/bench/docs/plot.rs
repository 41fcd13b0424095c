//! Bars, as SVG. Written by hand: a plotting crate would be a hundred times as much code for rectangles and words.

use std::fmt::Write;

use crate::bench::figure::{Figure, short};
use crate::bench::summary::Summary;
use crate::bench::who::Who;

const LABEL: f64 = 210.0;
const BAR: f64 = 330.0;
const WIDTH: f64 = LABEL + BAR + 80.0;
const ROW: f64 = 20.0;
const HEAD: f64 = 34.0;

/// Every plot with its file's name.
pub(crate) fn all(summary: &Summary) -> Vec<(String, String)> {
    let plots = [
        ("fan-out 100", Figure::Cost),
        ("rooms", Figure::Cost),
        ("closed", Figure::Cost),
        ("burst", Figure::Cost),
        ("rooms", Figure::P99),
        ("idle 2000", Figure::Connection),
    ];
    plots
        .into_iter()
        .map(|(workload, figure)| {
            let (name, unit) = figure.words();
            let bars: Vec<(Who, f64)> = Who::all()
                .filter_map(|who| Some((who, summary.median(who.name(), workload, figure)?)))
                .collect();
            let file = format!("bench-{}-{}.svg", workload.replace(' ', "-"), name.replace([' ', '.'], "-"));
            (file.to_lowercase(), plot(&format!("{workload}: {name}, {unit}"), &bars))
        })
        .collect()
}

// A bar's length is the logarithm: the peers are a hundred times apart.
fn plot(title: &str, bars: &[(Who, f64)]) -> String {
    let least = bars.iter().map(|(_, value)| *value).fold(f64::INFINITY, f64::min) / 2.0;
    let most = bars.iter().map(|(_, value)| *value).fold(0.0, f64::max);
    let height = HEAD + ROW * bars.len() as f64 + 8.0;
    let mut svg = format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="12">
<rect width="{WIDTH}" height="{height}" rx="6" fill="#fff"/>
<text x="12" y="22" font-weight="bold" fill="#222">{title} (lower is better, logarithmic)</text>
"##
    );
    for (row, (who, value)) in bars.iter().enumerate() {
        let y = HEAD + ROW * row as f64;
        let length = BAR * (value / least).ln() / (most / least).ln();
        let colour = match who {
            Who::Ours | Who::OursUnflushed => "#1a73e8",
            Who::Relay(_) => "#9aa0a6",
            Who::Peer(_) => "#d9822b",
        };
        // A string takes everything.
        let _ = writeln!(
            svg,
            r##"<text x="{:.0}" y="{:.0}" text-anchor="end" fill="#222">{}</text><rect x="{LABEL}" y="{:.0}" width="{length:.0}" height="14" rx="2" fill="{colour}"/><text x="{:.0}" y="{:.0}" fill="#222">{}</text>"##,
            LABEL - 8.0,
            y + 13.0,
            who.name(),
            y + 2.0,
            LABEL + length + 6.0,
            y + 13.0,
            short(*value),
        );
    }
    svg + "</svg>\n"
}

#[cfg(test)]
mod tests {
    use super::plot;
    use crate::bench::who::Who;

    #[test]
    fn the_dearest_has_the_longest_bar_and_all_fit() {
        let svg = plot("talk: CPU", &[(Who::Ours, 1.0), (Who::OursUnflushed, 100.0)]);
        let widths: Vec<f64> =
            svg.split(r#"width=""#).skip(2).filter_map(|rest| rest.split('"').next()?.parse().ok()).collect();
        assert_eq!(widths.len(), 2, "{svg}");
        assert!(widths[0] > 0.0 && widths[0] < widths[1] && widths[1] <= 330.0, "{svg}");
    }
}
