//! Plots of an evaluation as SVG text: curves, a reliability diagram, and clips as lanes over their frames.
//!
//! Only numbers and fixed words are drawn. Nothing of a picture gets here, and no file is written.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::labels::{Class, ClipLabels};
use super::metrics::{CalibrationBin, roc_curve};
use super::reading::{FrameReading, Reading};
use super::run::ClipResult;
use crate::decide::{CAMERA_CONE_DEG, SMILE_ENTER};

/// What went wrong while a plot was drawn.
#[derive(Debug, thiserror::Error)]
#[error("a plot could not be drawn: {0}")]
pub struct PlotError(String);

pub(crate) fn failed<E: std::error::Error + Send + Sync>(error: DrawingAreaErrorKind<E>) -> PlotError {
    PlotError(error.to_string())
}

pub(crate) const INK: RGBColor = RGBColor(0x2b, 0x2f, 0x36);
pub(crate) const GRID: RGBColor = RGBColor(0xe4, 0xe6, 0xea);
pub(crate) const FAINT: RGBColor = RGBColor(0x8a, 0x90, 0x99);
pub(crate) const BLUE: RGBColor = RGBColor(0x1f, 0x6f, 0xb4);
pub(crate) const ORANGE: RGBColor = RGBColor(0xd9, 0x7a, 0x1c);
pub(crate) const GREEN: RGBColor = RGBColor(0x2e, 0x8b, 0x57);
pub(crate) const PURPLE: RGBColor = RGBColor(0x7a, 0x55, 0xa8);
const PALE: RGBColor = RGBColor(0xd5, 0xda, 0xe0);

/// Colours of lines, in the order of [`Class::ALL`].
const COLOURS: [RGBColor; Class::ALL.len()] = [BLUE, GREEN, ORANGE, PURPLE];
pub(crate) const FONT: &str = "sans-serif";
/// Side of the square plots.
const SQUARE_PX: (u32, u32) = (430, 380);

/// One curve of a ROC plot.
pub struct Curve<'a> {
    /// What it is of.
    pub name: String,
    /// Which colour.
    pub class: Class,
    /// Whether it is drawn thinner: of stills, beside that of clips.
    pub thin: bool,
    /// Scores and labels.
    pub scored: &'a [(f64, bool)],
}

/// Recall over false alarms for every threshold.
///
/// # Errors
/// [`PlotError`].
pub fn roc(curves: &[Curve<'_>]) -> Result<String, PlotError> {
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, SQUARE_PX).into_drawing_area();
        let mut chart = square(&root, "false-alarm rate", "recall")?;
        chart.draw_series(LineSeries::new([(0.0, 0.0), (1.0, 1.0)], &GRID)).map_err(failed)?;
        for curve in curves {
            let colour = COLOURS[curve.class as usize];
            let style = colour.stroke_width(if curve.thin { 1 } else { 2 });
            let series = chart.draw_series(LineSeries::new(roc_curve(curve.scored), style)).map_err(failed)?;
            series
                .label(curve.name.clone())
                .legend(move |(x, y)| PathElement::new([(x, y), (x + 16, y)], colour.stroke_width(2)));
        }
        chart
            .configure_series_labels()
            .position(SeriesLabelPosition::LowerRight)
            .label_font((FONT, 15).into_font().color(&INK))
            .background_style(WHITE)
            .border_style(GRID)
            .draw()
            .map_err(failed)?;
        root.present().map_err(failed)?;
    }
    Ok(svg)
}

/// Share of smiles among samples of about one probability; the circles' areas are the numbers of samples.
///
/// # Errors
/// [`PlotError`].
pub fn reliability(bins: &[CalibrationBin]) -> Result<String, PlotError> {
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, SQUARE_PX).into_drawing_area();
        let mut chart = square(&root, "probability", "share that smiles")?;
        chart.draw_series(LineSeries::new([(0.0, 0.0), (1.0, 1.0)], &FAINT)).map_err(failed)?;
        let most = bins.iter().map(|bin| bin.count).max().unwrap_or(1).max(1) as f64;
        let filled: Vec<&CalibrationBin> = bins.iter().filter(|bin| bin.count > 0).collect();
        let points = filled.iter().map(|bin| (bin.mean_probability, bin.yes_share));
        chart.draw_series(LineSeries::new(points, &BLUE)).map_err(failed)?;
        let circles = filled.iter().map(|bin| {
            let radius = 3.0 + 11.0 * (bin.count as f64 / most).sqrt();
            Circle::new((bin.mean_probability, bin.yes_share), radius as i32, BLUE.mix(0.45).filled())
        });
        chart.draw_series(circles).map_err(failed)?;
        root.present().map_err(failed)?;
    }
    Ok(svg)
}

type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;
type Square<'a> = ChartContext<
    'a,
    SVGBackend<'a>,
    Cartesian2d<plotters::coord::types::RangedCoordf64, plotters::coord::types::RangedCoordf64>,
>;

/// Axes from 0 to 1 both ways.
fn square<'a>(root: &Area<'a>, x: &str, y: &str) -> Result<Square<'a>, PlotError> {
    root.fill(&WHITE).map_err(failed)?;
    let mut chart = ChartBuilder::on(root)
        .margin(12)
        .x_label_area_size(42)
        .y_label_area_size(50)
        .build_cartesian_2d(0.0..1.0, 0.0..1.0)
        .map_err(failed)?;
    let text = (FONT, 15).into_font().color(&INK);
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(GRID)
        .axis_style(FAINT)
        .x_labels(6)
        .y_labels(6)
        .x_desc(x)
        .y_desc(y)
        .label_style(text.clone())
        .axis_desc_style(text)
        .draw()
        .map_err(failed)?;
    Ok(chart)
}

const CLIP_WIDTH_PX: u32 = 1_000;
const NAMES_PX: i32 = 176;
const RIGHT_PX: i32 = 16;
/// A lane: a strip of labels, a strip of answers, and below them the score, where the class has one.
const STRIP_PX: i32 = 12;
const BELOW_STRIPS_PX: i32 = 2 * STRIP_PX + 6;
const BETWEEN_LANES_PX: i32 = 14;
const SCORE_PX: i32 = 34;
const AXIS_PX: i32 = 30;
/// The angle from the lens at the foot of its lane, in degrees.
const FOOT_DEG: f64 = 60.0;

/// One clip: for each class its labels, the product's answers, and the score, over the frames.
///
/// # Errors
/// [`PlotError`].
pub fn clip(result: &ClipResult, labels: &ClipLabels) -> Result<String, PlotError> {
    let shown: Vec<Class> = Class::ALL.into_iter().filter(|class| is_shown(result, labels, *class)).collect();
    let height = shown.iter().map(|class| lane_px(*class)).sum::<i32>() + AXIS_PX;
    let last = result.readings.last().map_or(1, |reading| reading.frame + 1).max(1);
    let inner_px = f64::from(CLIP_WIDTH_PX as i32 - NAMES_PX - RIGHT_PX);
    let x = move |frame: u64| NAMES_PX + (frame as f64 / last as f64 * inner_px).round() as i32;
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, (CLIP_WIDTH_PX, height as u32)).into_drawing_area();
        root.fill(&WHITE).map_err(failed)?;
        let mut top = 4;
        for class in &shown {
            let lane = Lane { class: *class, top, x: &x, last };
            lane.names(&root)?;
            lane.strip(&root, 0, result, |reading| labels.of(*class, reading.frame))?;
            lane.strip(&root, STRIP_PX + 2, result, |reading| reading.reading(*class).answer.ok())?;
            lane.score(&root, result)?;
            top += lane_px(*class);
        }
        axis(&root, top - 4, last, &x)?;
        root.present().map_err(failed)?;
    }
    Ok(svg)
}

/// Height of a lane with the gap below it.
fn lane_px(class: Class) -> i32 {
    let score_px = if class == Class::MouthHidden { 0 } else { SCORE_PX };
    BELOW_STRIPS_PX + score_px + BETWEEN_LANES_PX
}

/// A lane for what is labelled; without labels, for what was read of a person who is there.
fn is_shown(result: &ClipResult, labels: &ClipLabels, class: Class) -> bool {
    let labelled = result.readings.iter().any(|reading| labels.of(class, reading.frame).is_some());
    labelled || labels.people != Some(0) && result.readings.iter().any(|reading| reading.reading(class).answer.is_ok())
}

struct Lane<'a> {
    class: Class,
    top: i32,
    x: &'a dyn Fn(u64) -> i32,
    last: u64,
}

impl Lane<'_> {
    fn names(&self, root: &Area<'_>) -> Result<(), PlotError> {
        let left = Pos::new(HPos::Left, VPos::Center);
        let class = (FONT, 16, FontStyle::Bold).into_font().color(&COLOURS[self.class as usize]).pos(left);
        let small = (FONT, 13).into_font().color(&FAINT).pos(Pos::new(HPos::Right, VPos::Center));
        let score = match self.class {
            Class::Smile => "probability",
            Class::Camera => "off the lens",
            Class::Phone => "phone's score",
            Class::MouthHidden => "",
        };
        let texts = [
            (self.class.key(), 2, self.top + STRIP_PX, &class),
            ("label", NAMES_PX - 6, self.top + STRIP_PX / 2, &small),
            ("answer", NAMES_PX - 6, self.top + STRIP_PX + 2 + STRIP_PX / 2, &small),
            (score, NAMES_PX - 6, self.top + BELOW_STRIPS_PX + SCORE_PX / 2, &small),
        ];
        for (text, x, y, style) in texts {
            root.draw_text(text, style, (x, y)).map_err(failed)?;
        }
        Ok(())
    }

    /// Runs of yes (full colour) and no (pale); where nothing is known, nothing is drawn.
    fn strip(
        &self,
        root: &Area<'_>,
        below: i32,
        result: &ClipResult,
        of: impl Fn(&FrameReading) -> Option<bool>,
    ) -> Result<(), PlotError> {
        let top = self.top + below;
        for run in result.readings.chunk_by(|one, other| of(one) == of(other)) {
            let (Some(first), Some(last)) = (run.first(), run.last()) else { continue };
            let Some(yes) = of(first) else { continue };
            let colour = if yes { COLOURS[self.class as usize] } else { PALE };
            let corners = [((self.x)(first.frame), top), ((self.x)(last.frame + 1), top + STRIP_PX)];
            root.draw(&Rectangle::new(corners, colour.filled())).map_err(failed)?;
        }
        Ok(())
    }

    fn score(&self, root: &Area<'_>, result: &ClipResult) -> Result<(), PlotError> {
        let top = self.top + BELOW_STRIPS_PX;
        let at = |score: f64| {
            let share = if self.class == Class::Camera { 1.0 + score / FOOT_DEG } else { score };
            top + ((1.0 - share.clamp(0.0, 1.0)) * f64::from(SCORE_PX)).round() as i32
        };
        let height = |reading: Reading| reading.score.filter(|_| reading.answer.is_ok()).map(at);
        if self.class == Class::MouthHidden {
            return Ok(());
        }
        // Where a yes begins, as far as one line can say it.
        let border = if self.class == Class::Camera { -f64::from(CAMERA_CONE_DEG) } else { f64::from(SMILE_ENTER) };
        let border = (self.class != Class::Phone).then(|| at(border));
        for y in [top, top + SCORE_PX].into_iter().chain(border) {
            let line = PathElement::new([((self.x)(0), y), ((self.x)(self.last), y)], GRID);
            root.draw(&line).map_err(failed)?;
        }
        let known = |reading: &FrameReading| height(reading.reading(self.class)).is_some();
        for run in result.readings.chunk_by(|one, other| known(one) == known(other)) {
            let middle = |reading: &FrameReading| ((self.x)(reading.frame) + (self.x)(reading.frame + 1)) / 2;
            let points = run.iter().filter_map(|reading| Some((middle(reading), height(reading.reading(self.class))?)));
            let line = PathElement::new(points.collect::<Vec<_>>(), COLOURS[self.class as usize].stroke_width(1));
            root.draw(&line).map_err(failed)?;
        }
        Ok(())
    }
}

/// About ten numbers of frames below the lanes.
fn axis(root: &Area<'_>, top: i32, last: u64, x: &dyn Fn(u64) -> i32) -> Result<(), PlotError> {
    let style = (FONT, 13).into_font().color(&FAINT).pos(Pos::new(HPos::Center, VPos::Top));
    let step = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 5_000].into_iter().find(|step| last / step <= 12);
    let step = step.unwrap_or(last / 10);
    for frame in (0..last).step_by(step as usize) {
        root.draw(&PathElement::new([(x(frame), top), (x(frame), top + 4)], FAINT)).map_err(failed)?;
        root.draw_text(&frame.to_string(), &style, (x(frame), top + 7)).map_err(failed)?;
    }
    Ok(())
}
