//! Labelled stills: what lies in a folder `smile` or `neutral` is labelled by that folder's name.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use super::reading::FrameReading;
use super::score::Score;

/// Contiguous ranges of the stills' numbers that figures are given for, and that a cross-validation holds back in
/// turn: neighbours often come from one picture or one person and must not lie on both sides.
pub const FOLDS: usize = 5;

/// Folder names and what they mean.
const FOLDERS: [(&str, bool); 2] = [("smile", true), ("neutral", false)];
/// Endings of files that the stills source reads.
const ENDINGS: [&str; 5] = ["jpg", "jpeg", "png", "webp", "bmp"];
/// Sub-folders are looked into to this depth.
const MAX_DEPTH: usize = 8;

/// One labelled still.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Still {
    /// The file.
    pub path: PathBuf,
    /// Whether it is labelled as smiling.
    pub smile: bool,
    /// The number that its name is, or its place in the order of names.
    pub number: u64,
    /// Which of the [`FOLDS`] it belongs to.
    pub fold: usize,
    /// The folder that holds the folder `smile` or `neutral`, from the evaluated one; empty for that one itself.
    pub group: String,
}

/// First and last number of a fold, both included.
pub type Range = (u64, u64);

/// The labelled stills of a folder, in the order of their numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stills {
    /// All, or each N-th.
    pub stills: Vec<Still>,
    /// What each fold spans, of all stills.
    pub folds: Vec<Range>,
}

impl Stills {
    /// Finds the stills below a folder and takes each `every`-th in the order of their numbers.
    ///
    /// # Errors
    /// A folder cannot be listed; the error names it.
    pub fn find(folder: &Path, every: usize) -> io::Result<Self> {
        let mut stills = Vec::new();
        collect(folder, folder, 0, &mut BTreeSet::new(), &mut stills)?;
        Ok(Self::fold(stills, every))
    }

    fn fold(mut stills: Vec<Still>, every: usize) -> Self {
        stills.sort_by(|a, b| (a.number, &a.path).cmp(&(b.number, &b.path)));
        let mut numbers: Vec<u64> = stills.iter().map(|still| still.number).collect();
        numbers.dedup();
        let folds: Vec<Range> = (0..FOLDS)
            .filter_map(|fold| {
                let from = fold * numbers.len() / FOLDS;
                let to = (fold + 1) * numbers.len() / FOLDS;
                let range = numbers.get(from..to)?;
                Some((*range.first()?, *range.last()?))
            })
            .collect();
        for still in &mut stills {
            still.fold = folds.iter().position(|(_, last)| still.number <= *last).unwrap_or_default();
        }
        Self { stills: stills.into_iter().step_by(every.max(1)).collect(), folds }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.stills.is_empty()
    }

    /// Why the stills do not suffice for a cross-validation, by their labels alone.
    #[must_use]
    pub fn too_few(&self) -> Option<String> {
        let (ranges, needs) = (self.folds.len(), "every one of five ranges of numbers needs smile and neutral stills");
        if ranges < FOLDS {
            return Some(format!("{needs}; there are {ranges} different numbers"));
        }
        let has = |fold, smile| self.stills.iter().any(|still| still.fold == fold && still.smile == smile);
        for (fold, (first, last)) in self.folds.iter().enumerate() {
            for (name, smile) in FOLDERS {
                if !has(fold, smile) {
                    return Some(format!("{needs}; {first} to {last} has no still labelled {name}"));
                }
            }
        }
        None
    }

    /// The files, in order.
    #[must_use]
    pub fn files(&self) -> Vec<PathBuf> {
        self.stills.iter().map(|still| still.path.clone()).collect()
    }
}

/// Each folder is listed once, by whatever links it is reached: a still that came twice would weigh twice.
fn collect(
    root: &Path,
    folder: &Path,
    depth: usize,
    listed: &mut BTreeSet<(bool, PathBuf)>,
    stills: &mut Vec<Still>,
) -> io::Result<()> {
    let named =
        |error: io::Error| io::Error::new(error.kind(), format!("{}: cannot be listed: {error}", folder.display()));
    if !listed.insert((false, folder.canonicalize().map_err(named)?)) {
        return Ok(());
    }
    let mut entries: Vec<PathBuf> = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(named)? {
        entries.push(entry.map_err(named)?.path());
    }
    entries.sort();
    for path in entries.into_iter().filter(|path| path.is_dir() && depth < MAX_DEPTH) {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        match FOLDERS.iter().find(|(label, _)| *label == name) {
            Some((_, smile)) => {
                if !listed.insert((true, path.canonicalize().map_err(named)?)) {
                    continue;
                }
                let group = folder.strip_prefix(root).unwrap_or(folder).display().to_string();
                let images = images(&path)?;
                stills.extend(images.into_iter().enumerate().map(|(place, path)| {
                    let stem = path.file_stem().and_then(|stem| stem.to_str());
                    let number = stem.and_then(|stem| stem.parse().ok()).unwrap_or(place as u64);
                    Still { path, smile: *smile, number, fold: 0, group: group.clone() }
                }));
            }
            None => collect(root, &path, depth + 1, listed, stills)?,
        }
    }
    Ok(())
}

/// The images in a folder, in the order of their names.
///
/// # Errors
/// It cannot be listed; the error names it.
pub fn images(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let named =
        |error: io::Error| io::Error::new(error.kind(), format!("{}: cannot be listed: {error}", folder.display()));
    let mut images = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(named)? {
        let path = entry.map_err(named)?.path();
        let ending = path.extension().and_then(|ending| ending.to_str()).map(str::to_ascii_lowercase);
        if ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str())) && path.is_file() {
            images.push(path);
        }
    }
    images.sort();
    Ok(images)
}

/// What was read of each still; `None` for one that could not be read, or that was not reached.
#[derive(Clone, Debug, Default)]
pub struct StillsResult {
    /// In the order of [`Stills::stills`].
    pub readings: Vec<Option<FrameReading>>,
    /// Stills that could not be read.
    pub unreadable: usize,
}

impl StillsResult {
    /// Labels and readings of the stills that `wanted` holds for.
    #[must_use]
    pub fn score(&self, stills: &Stills, wanted: impl Fn(&Still) -> bool) -> Score {
        let mut score = Score::default();
        for (still, reading) in stills.stills.iter().zip(&self.readings).filter(|(still, _)| wanted(still)) {
            if let Some(reading) = reading {
                score.add_still(reading, still.smile);
            }
        }
        score
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_label_and_numbers_make_folds() {
        let folder = tempfile::tempdir().expect("a folder");
        for (path, count) in [("smile", 12), ("neutral", 8), ("dim/smile", 1), ("other", 3)] {
            let inside = folder.path().join(path);
            std::fs::create_dir_all(&inside).expect("made");
            (0..count).for_each(|n| std::fs::write(inside.join(format!("{}.jpg", n * 2)), "x").expect("written"));
        }
        std::fs::write(folder.path().join("smile/notes.txt"), "x").expect("written");
        let all = Stills::find(folder.path(), 1).expect("found");
        assert_eq!(all.stills.len(), 21);
        assert_eq!(all.stills.iter().filter(|still| still.smile).count(), 13);
        assert_eq!(all.stills.iter().filter(|still| still.group == "dim").count(), 1);
        // Twelve numbers from 0 to 22; both folders' stills of one number lie in one fold.
        assert_eq!(all.folds, [(0, 2), (4, 6), (8, 12), (14, 16), (18, 22)]);
        assert!(all.stills.iter().all(|still| {
            let (first, last) = all.folds[still.fold];
            (first..=last).contains(&still.number)
        }));
        // A link to a folder that is listed anyway brings nothing new.
        std::os::unix::fs::symlink(folder.path(), folder.path().join("again")).expect("linked");
        std::os::unix::fs::symlink(folder.path().join("dim"), folder.path().join("dimmer")).expect("linked");
        std::os::unix::fs::symlink(folder.path().join("smile"), folder.path().join("a")).expect("linked");
        assert_eq!(Stills::find(folder.path(), 1).expect("found"), all);
        assert_eq!(
            all.too_few().as_deref().map(|why| why.contains("18 to 22 has no still labelled neutral")),
            Some(true)
        );
        let third = Stills::find(folder.path(), 3).expect("found");
        assert_eq!((third.stills.len(), third.folds), (7, all.folds));
        assert!(Stills::find(&folder.path().join("other"), 1).expect("listed").is_empty());
        assert!(Stills::find(&folder.path().join("none"), 1).expect_err("refused").to_string().contains("none"));
    }
}
