//! The settings that are tried: which, and in which order.

use hymy_vision::runtime::{Precision, Provider};

use crate::bench::job::Setting;

/// Rates below which nothing may be set: `[vision]` allows no less.
const LEAST_HZ: f32 = 0.5;

/// The lists whose combinations are tried.
#[derive(Clone, Debug, PartialEq)]
pub struct Lists {
    /// What computes the models.
    pub providers: Vec<String>,
    /// With how many digits, where the provider can.
    pub precisions: Vec<Precision>,
    /// Threads of onnxruntime's pool.
    pub threads: Vec<usize>,
    /// How often the object model looks, a second.
    pub objects_hz: Vec<f32>,
    /// How often faces are counted, a second.
    pub faces_hz: Vec<f32>,
}

/// One thread, twice as many, and so on, up to all cores.
#[must_use]
pub fn thread_counts(cores: usize) -> Vec<usize> {
    // `[runtime] threads` allows no more.
    let cores = cores.clamp(1, 64);
    let mut counts: Vec<usize> = (0..).map(|power| 1 << power).take_while(|count| *count < cores).collect();
    counts.push(cores);
    counts
}

/// A rate and slower ones: each half of the one before, `steps` of them.
#[must_use]
pub fn slower(hz: f32, steps: i32) -> Vec<f32> {
    let rates = (0..=steps).map(|step| hz / 2.0f32.powi(step));
    rates.enumerate().filter(|(index, rate)| *index == 0 || *rate >= LEAST_HZ).map(|(_, rate)| rate).collect()
}

/// Every combination, the base first and what is nearest to it before what is farther: of several that cannot be told
/// apart the first is taken. Cameras are those of the base.
#[must_use]
pub fn settings(base: &Setting, lists: &Lists) -> Vec<Setting> {
    let mut settings = vec![base.clone()];
    let can = |provider: &str, precision: Precision| {
        Provider::ALL.into_iter().any(|one| one.name() == provider && precision.is_of(one))
    };
    for objects_hz in &lists.objects_hz {
        for faces_hz in &lists.faces_hz {
            for provider in &lists.providers {
                for precision in lists.precisions.iter().filter(|precision| can(provider, **precision)) {
                    settings.extend(lists.threads.iter().map(|threads| Setting {
                        threads: *threads,
                        objects_hz: *objects_hz,
                        faces_hz: *faces_hz,
                        provider: provider.clone(),
                        precision: precision.name().to_owned(),
                        ..base.clone()
                    }));
                }
            }
        }
    }
    settings.sort_by_key(|setting| distance(base, setting));
    let mut distinct: Vec<Setting> = Vec::new();
    for setting in settings {
        if !distinct.contains(&setting) {
            distinct.push(setting);
        }
    }
    distinct
}

/// How much of what is seen may change, in how many other parts it differs, and by how many threads.
fn distance(base: &Setting, setting: &Setting) -> (usize, usize, usize) {
    let seen = [
        setting.objects_hz.total_cmp(&base.objects_hz).is_ne(),
        setting.faces_hz.total_cmp(&base.faces_hz).is_ne(),
        setting.precision != base.precision,
    ];
    let others = [setting.threads != base.threads, setting.provider != base.provider];
    let count = |differs: &[bool]| differs.iter().filter(|differs| **differs).count();
    (count(&seen), count(&others), setting.threads.abs_diff(base.threads))
}

/// Whether two settings show the models the same frames, and the same models compute: threads change neither.
#[must_use]
pub fn sees_the_same(one: &Setting, other: &Setting) -> bool {
    one.provider == other.provider && one.precision == other.precision && has_cadence_of(one, other)
}

/// Whether the models look equally often.
#[must_use]
pub fn has_cadence_of(one: &Setting, other: &Setting) -> bool {
    let same = |one: f32, other: f32| one.total_cmp(&other).is_eq();
    same(one.objects_hz, other.objects_hz) && same(one.faces_hz, other.faces_hz)
}

/// What of a setting a person may want to know.
#[must_use]
pub fn name(setting: &Setting) -> String {
    let threads = if setting.threads == 1 { "1 thread".to_owned() } else { format!("{} threads", setting.threads) };
    let Setting { objects_hz, faces_hz, provider, precision, .. } = setting;
    let digits = if precision == Precision::Full.name() { String::new() } else { format!(" {precision}") };
    format!("{provider}{digits}, {threads}, objects {objects_hz} /s, faces {faces_hz} /s")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base() -> Setting {
        Setting {
            threads: 1,
            objects_hz: 3.0,
            faces_hz: 4.0,
            provider: "cpu".into(),
            precision: "full".into(),
            cameras: 2,
            size: None,
        }
    }

    #[test]
    fn threads_go_from_one_to_all_cores_and_no_further_than_the_configuration() {
        assert_eq!(thread_counts(1), [1]);
        assert_eq!(thread_counts(2), [1, 2]);
        assert_eq!(thread_counts(6), [1, 2, 4, 6]);
        assert_eq!(thread_counts(128), [1, 2, 4, 8, 16, 32, 64]);
        assert_eq!(thread_counts(0), [1]);
    }

    #[test]
    fn slower_rates_stay_in_what_the_configuration_allows() {
        assert_eq!(slower(3.0, 2), [3.0, 1.5, 0.75]);
        assert_eq!(slower(0.8, 2), [0.8]);
    }

    #[test]
    fn the_base_is_the_first_and_no_setting_is_there_twice() {
        let lists = Lists {
            providers: vec!["openvino".into(), "cpu".into()],
            precisions: vec![Precision::Full],
            threads: vec![4, 2, 1],
            objects_hz: vec![1.5, 3.0, 1.5],
            faces_hz: vec![4.0],
        };
        let settings = settings(&base(), &lists);
        assert_eq!(settings[0], base());
        assert_eq!((settings.len(), settings[0].cameras), (12, 2));
        assert!(settings.iter().enumerate().all(|(index, one)| !settings[index + 1..].contains(one)), "{settings:?}");
        // Two threads are nearer to one than four are.
        let place = |threads| settings.iter().position(|one| *one == Setting { threads, ..base() }).unwrap();
        assert!(place(2) < place(4));
        // More threads change nothing of what is seen, and come before looking less often.
        assert!(settings.iter().position(|one| one.objects_hz < 3.0) > Some(place(4)));
        // A base that is in no list is tried all the same.
        let other = Setting { objects_hz: 7.0, ..base() };
        assert_eq!(super::settings(&other, &lists)[0], other);
    }

    #[test]
    fn fewer_digits_are_tried_with_the_provider_that_has_them() {
        let lists = Lists {
            providers: vec!["cpu".into(), "openvino".into()],
            precisions: Precision::ALL.to_vec(),
            threads: vec![1],
            objects_hz: vec![3.0],
            faces_hz: vec![4.0],
        };
        let names: Vec<String> = settings(&base(), &lists).iter().map(name).collect();
        let wanted = ["cpu, 1 thread", "openvino, 1 thread", "openvino bf16, 1 thread"];
        assert_eq!(names, wanted.map(|start| format!("{start}, objects 3 /s, faces 4 /s")));
    }

    #[test]
    fn threads_change_nothing_of_what_is_seen() {
        assert!(sees_the_same(&base(), &Setting { threads: 8, ..base() }));
        assert!(!sees_the_same(&base(), &Setting { provider: "openvino".into(), ..base() }));
        assert!(!sees_the_same(&base(), &Setting { precision: "bf16".into(), ..base() }));
        assert!(!sees_the_same(&base(), &Setting { faces_hz: 2.0, ..base() }));
        assert!(has_cadence_of(&base(), &Setting { provider: "openvino".into(), ..base() }));
    }
}
