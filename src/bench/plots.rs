//! Plots of a bench as SVG text: how latency is spread, where a frame's time goes, and how the repeats went. Only
//! numbers and names of stages and cases are drawn, and no file is written.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::figures::{decodes, is_model};
use super::report::Case;
use crate::eval::plots::{BLUE, FAINT, FONT, GREEN, GRID, INK, ORANGE, PURPLE, PlotError, failed};

const RED: RGBColor = RGBColor(0xb8, 0x3a, 0x4b);
const TEAL: RGBColor = RGBColor(0x1d, 0x8a, 0x99);
const OLIVE: RGBColor = RGBColor(0x8a, 0x8f, 0x2a);
const SAND: RGBColor = RGBColor(0xc8, 0xb4, 0x8c);
const SLATE: RGBColor = RGBColor(0x6b, 0x7a, 0x8f);
const ROSE: RGBColor = RGBColor(0xd4, 0x8a, 0xa6);

/// Lines of cases, in turn.
const LINES: [RGBColor; 8] = [BLUE, ORANGE, GREEN, PURPLE, RED, TEAL, OLIVE, SLATE];
/// Width and height of plots that stand beside each other.
const HALF_PX: (u32, u32) = (500, 330);
const WIDE_PX: u32 = 1_000;

/// The colour of a stage: models are strong, what is around them is pale.
#[must_use]
pub fn stage_colour(stage: &str) -> RGBColor {
    match stage {
        "capture" => SAND,
        "preprocess" => OLIVE,
        "objects" => ORANGE,
        "hands" => ROSE,
        "classify" => PURPLE,
        "detect" => BLUE,
        "mesh" => GREEN,
        "blendshapes" => TEAL,
        "postprocess" => SLATE,
        _ => RED,
    }
}

/// The same, as a page writes it.
#[must_use]
pub fn css(colour: RGBColor) -> String {
    format!("#{:02x}{:02x}{:02x}", colour.0, colour.1, colour.2)
}

/// The colour of the case at this place.
#[must_use]
pub fn case_colour(index: usize) -> RGBColor {
    LINES.get(index % LINES.len()).copied().unwrap_or(INK)
}

/// The share of frames that were observed within a time, one line a case; `spread` are percentiles 0 to 100. Nothing
/// where no case has them.
///
/// # Errors
/// [`PlotError`].
pub fn latency(spreads: &[&[f64]]) -> Result<Option<String>, PlotError> {
    // Of the last percentile only the maximum is known, which one slow frame decides: it stands in the table.
    let p99 = spreads.iter().filter_map(|spread| spread.get(99)).copied().fold(0.0, f64::max);
    if p99 <= 0.0 {
        return Ok(None);
    }
    let end = p99 * 1.15;
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, HALF_PX).into_drawing_area();
        root.fill(&WHITE).map_err(failed)?;
        let mut chart = ChartBuilder::on(&root)
            .margin(10)
            .margin_right(20)
            .x_label_area_size(42)
            .y_label_area_size(52)
            .build_cartesian_2d(0.0..end, 0.0..1.06)
            .map_err(failed)?;
        let text = (FONT, 14).into_font().color(&INK);
        chart
            .configure_mesh()
            .light_line_style(TRANSPARENT)
            .bold_line_style(GRID)
            .axis_style(FAINT)
            .x_labels(7)
            .y_labels(6)
            .x_desc("milliseconds from the decoded frame to its observation")
            .y_label_formatter(&|share| format!("{:.0} %", share * 100.0))
            .label_style(text.clone())
            .axis_desc_style(text)
            .draw()
            .map_err(failed)?;
        for (share, name) in [(0.5, "p50"), (0.95, "p95"), (0.99, "p99")] {
            chart.draw_series(LineSeries::new([(0.0, share), (end, share)], &FAINT)).map_err(failed)?;
            let side = if share > 0.97 { VPos::Bottom } else { VPos::Top };
            let style = (FONT, 12).into_font().color(&FAINT).pos(Pos::new(HPos::Right, side));
            chart.draw_series([Text::new(name, (end, share), style)]).map_err(failed)?;
        }
        for (index, spread) in spreads.iter().enumerate() {
            let points = spread.iter().take(100).enumerate().map(|(share, ms)| (*ms, share as f64 / 100.0));
            let style = case_colour(index).stroke_width(2);
            chart.draw_series(LineSeries::new(points, style)).map_err(failed)?;
        }
        root.present().map_err(failed)?;
    }
    Ok(Some(svg))
}

const BAR_PX: i32 = 34;
const CASE_PX: i32 = 66;
const AXIS_PX: i32 = 34;
const SIDE_PX: i32 = 8;
/// Letters of a bar's label are about this wide.
const LETTER_PX: f64 = 7.2;

/// Where a frame's time goes: one bar a case, its stages beside each other, in milliseconds a frame. Rendering the
/// staged scene is left out, as no kiosk does it.
///
/// # Errors
/// [`PlotError`].
pub fn stages(cases: &[Case]) -> Result<String, PlotError> {
    let total = |case: &Case| shown(case).map(|(_, ms)| ms).sum::<f64>();
    let longest = cases.iter().map(total).fold(f64::MIN_POSITIVE, f64::max);
    let height = CASE_PX * cases.len() as i32 + AXIS_PX;
    let inner = f64::from(WIDE_PX as i32 - 2 * SIDE_PX);
    let x = |ms: f64| SIDE_PX + (ms / longest * inner).round() as i32;
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, (WIDE_PX, height as u32)).into_drawing_area();
        root.fill(&WHITE).map_err(failed)?;
        let step = step(longest);
        let bottom = height - AXIS_PX;
        let small = (FONT, 13).into_font().color(&FAINT).pos(Pos::new(HPos::Center, VPos::Top));
        for tick in 0..=(longest / step) as u32 {
            let ms = f64::from(tick) * step;
            root.draw(&PathElement::new([(x(ms), 0), (x(ms), bottom)], GRID)).map_err(failed)?;
            let label = format!("{} ms", (ms * 1000.0).round() / 1000.0);
            root.draw_text(&label, &small, (x(ms).clamp(22, WIDE_PX as i32 - 24), bottom + 6)).map_err(failed)?;
        }
        let name = (FONT, 14).into_font().color(&INK).pos(Pos::new(HPos::Left, VPos::Top));
        let inside = (FONT, 13).into_font().color(&WHITE).pos(Pos::new(HPos::Center, VPos::Center));
        for (index, case) in cases.iter().enumerate() {
            let top = CASE_PX * index as i32 + 22;
            let models: f64 = shown(case).filter(|(stage, _)| is_model(stage)).map(|(_, ms)| ms).sum();
            let title = format!("{}: {:.2} ms a frame, {:.2} ms of it models", case.name, total(case), models);
            root.draw_text(&title, &name, (SIDE_PX, top - 18)).map_err(failed)?;
            let mut from = 0.0;
            for (stage, ms) in shown(case) {
                let corners = [(x(from), top), (x(from + ms), top + BAR_PX)];
                root.draw(&Rectangle::new(corners, stage_colour(stage).filled())).map_err(failed)?;
                let width = f64::from(x(from + ms) - x(from));
                let figure = format!("{stage} {ms:.2}");
                let label = [figure.as_str(), stage].into_iter().find(|text| text.len() as f64 * LETTER_PX < width);
                if let Some(label) = label {
                    let middle = (x(from + ms / 2.0), top + BAR_PX / 2);
                    root.draw_text(label, &inside, middle).map_err(failed)?;
                }
                from += ms;
            }
        }
        root.present().map_err(failed)?;
    }
    Ok(svg)
}

/// The stages of a bar, with their milliseconds a frame.
fn shown(case: &Case) -> impl Iterator<Item = (&str, f64)> {
    let stages = case.stages.iter().filter(|stage| decodes(case.picture.as_ref()) || stage.name != "capture");
    stages.map(|stage| (stage.name.as_str(), stage.ms_a_frame.median))
}

/// A round distance of about eight marks.
fn step(longest: f64) -> f64 {
    let rough = longest / 8.0;
    let power = 10f64.powf(rough.log10().floor());
    [1.0, 2.0, 5.0, 10.0].into_iter().map(|round| round * power).find(|step| *step >= rough).unwrap_or(rough)
}

/// Processor time a frame, repeat by repeat: whether the box was the same all the time.
///
/// # Errors
/// [`PlotError`].
pub fn repeats(cases: &[Case]) -> Result<Option<String>, PlotError> {
    let lines: Vec<Vec<f64>> = cases
        .iter()
        .map(|case| case.repeats.iter().filter_map(|figures| figures.get("cpu_ms").copied()).collect())
        .collect();
    let most = lines.iter().flatten().copied().fold(0.0, f64::max);
    let count = lines.iter().map(Vec::len).max().unwrap_or(0);
    if most <= 0.0 || count < 2 {
        return Ok(None);
    }
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, (WIDE_PX, 220)).into_drawing_area();
        root.fill(&WHITE).map_err(failed)?;
        let mut chart = ChartBuilder::on(&root)
            .margin(10)
            .x_label_area_size(40)
            .y_label_area_size(64)
            .build_cartesian_2d(0.7..count as f64 + 0.3, 0.0..most * 1.15)
            .map_err(failed)?;
        let text = (FONT, 14).into_font().color(&INK);
        chart
            .configure_mesh()
            .light_line_style(TRANSPARENT)
            .bold_line_style(GRID)
            .disable_x_mesh()
            .axis_style(FAINT)
            .x_labels(count.min(20))
            .y_labels(5)
            .x_desc("repeat")
            .y_label_formatter(&|ms| format!("{ms} ms"))
            .x_label_formatter(&|repeat| format!("{repeat:.0}"))
            .label_style(text.clone())
            .axis_desc_style(text)
            .draw()
            .map_err(failed)?;
        for (index, line) in lines.iter().enumerate() {
            let colour = case_colour(index);
            let points: Vec<(f64, f64)> =
                line.iter().enumerate().map(|(repeat, ms)| (repeat as f64 + 1.0, *ms)).collect();
            chart.draw_series(LineSeries::new(points.clone(), colour.stroke_width(1))).map_err(failed)?;
            let dots = points.into_iter().map(|point| Circle::new(point, 4, colour.filled()));
            chart.draw_series(dots).map_err(failed)?;
        }
        root.present().map_err(failed)?;
    }
    Ok(Some(svg))
}
