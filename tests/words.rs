//! Words about the inside of a person are used of nobody: in no identifier, column, page, message, configuration,
//! document or template, in English or Finnish. It reads every text of the repository, and the names of its files.
//!
//! This file is the only one that is left out whole, because it lists them. Lines that explain the line that is never
//! crossed are left out one by one, by their beginning: what else such a document says is read like everything.

use std::path::Path;

#[path = "support/tree.rs"]
mod tree;

use tree::{files_under, root};

/// Where in a word a stem is looked for.
#[derive(Clone, Copy)]
enum At {
    /// The whole word.
    Whole,
    /// Its beginning.
    Start,
    /// Anywhere: Finnish compounds put it behind other words.
    Anywhere,
}

/// A stem, where it is looked for, and how a word goes on behind it that means something else. Stems are as long as
/// needed to catch every inflected form, and no longer.
struct Stem(&'static str, At, &'static [&'static str]);

const STEMS: [Stem; 33] = [
    Stem("emotion", At::Start, &[]), // and emotional, emotionally
    Stem("emotiv", At::Start, &[]),
    Stem("mood", At::Start, &[]), // and moody
    Stem("attitude", At::Start, &[]),
    Stem("engagement", At::Start, &[]),
    Stem("engaged", At::Start, &[]),
    Stem("happy", At::Start, &[]),
    Stem("happi", At::Start, &[]), // happier, happiness
    Stem("unhapp", At::Start, &[]),
    Stem("sincer", At::Start, &[]), // sincere, sincerity
    Stem("insincer", At::Start, &[]),
    Stem("tired", At::Start, &[]), // and tiredness; "retired" begins otherwise
    Stem("fatig", At::Start, &[]),
    // tunne: a feeling. "tunne" goes on, in words that are none, as tunneli (tunnel) and in forms of tuntea (to know),
    // tunti (an hour) and tunnettu (known). tunnistaa and tunnus do not begin with it.
    Stem(
        "tunne",
        At::Anywhere,
        &[
            "l", "mme", "n", "ta", "ttav", "ttai", "ttiin", "tte", "ttu", "tu", "ik", "il", "is", // knowing, hours
        ],
    ),
    // tunteen, tunteet, tunteellinen; tuntee (knows) is let through where the word ends.
    Stem("tuntee", At::Anywhere, &[""]),
    // tunteita, tunteissa, tunteiden; tunteina and tunteihin are also forms of tunti (an hour).
    Stem("tuntei", At::Anywhere, &["na", "hin"]),
    Stem("mielial", At::Anywhere, &[]), // mieliala, mielialoja
    // asenne: an attitude. In asentaa (to install): asennetaan, asennettu, asennettava; asento (a posture) has none.
    Stem("asenne", At::Anywhere, &["ta", "tu", "ttu", "ttav", "ttai", "ttii", "ttae"]),
    Stem("asente", At::Anywhere, &[]),    // asenteen, asenteet, asenteita
    Stem("asennoitu", At::Anywhere, &[]), // and asennoituminen; asennoissa is of asento
    // sitoutuneisuus; sitoutua (to commit oneself to a duty) is what an agreement says.
    Stem("sitoutuneisu", At::Anywhere, &[]),
    Stem("iloinen", At::Start, &[]), // "kymmenkiloinen" does not begin with it
    Stem("iloise", At::Start, &[]),  // iloisen, iloisesti
    Stem("iloist", At::Start, &[]),
    Stem("iloisi", At::Start, &[]),
    Stem("iloisu", At::Start, &[]),
    // aito: genuine. aita (a fence) has aidan, aitaa; a package of models is called aitoolkit.
    Stem("aito", At::Whole, &[]),
    Stem("aitoa", At::Start, &[]),
    Stem("aitou", At::Start, &[]),
    Stem("aitoj", At::Start, &[]),
    Stem("aido", At::Start, &[]), // aidon, aidosti, aidot
    Stem("epäai", At::Start, &[]),
    Stem("väsy", At::Anywhere, &[]), // väsymys, väsymyksen, väsynyt
];

/// The lines that explain the line, by their beginning, and why they may: all in the document about the law, which has
/// to name what the law forbids to infer.
const EXPLAINING: (&str, [&str; 13]) = (
    "docs/law.md",
    [
        "*The rule.* It is prohibited to place on the market,", // Article 5(1)(f) itself
        "*The definition.* Under Article 3(39),",
        "1. Emotions or intentions are, for example,", // recital 18
        "2. Physical states such as pain or fatigue",
        "3. The mere detection of readily apparent",
        "- Para. 247:", // the Commission's guidelines
        "- Para. 248:",
        "- Para. 249:",
        "- Para. 254:",
        "- No signal, tip, page or column concludes anything", // what is never concluded
        "*Operator.* The line can be crossed outside the program:",
        "Annex III, point 1(c) (emotion recognition)",
        "*Hymy* is not used for attendance,", // what the ICO warned of
    ],
);

/// The words of a text, in lower case; `snake_case` and `CamelCase` come apart.
fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for letter in text.chars() {
        let begins = letter.is_uppercase() && before.is_lowercase();
        if (begins || !letter.is_alphabetic()) && words.last().is_some_and(|word| !word.is_empty()) {
            words.push(String::new());
        }
        if let (true, Some(word)) = (letter.is_alphabetic(), words.last_mut()) {
            word.extend(letter.to_lowercase());
        }
        before = letter;
    }
    words
}

fn is_forbidden(word: &str) -> bool {
    STEMS.iter().any(|Stem(stem, at, otherwise)| {
        let mut places = word.match_indices(stem).map(|(place, _)| (place, &word[place + stem.len()..]));
        places.any(|(place, rest)| {
            let here = match at {
                At::Whole => place == 0 && rest.is_empty(),
                At::Start => place == 0,
                At::Anywhere => true,
            };
            here && !is_otherwise(stem, rest, otherwise)
        })
    })
}

/// Whether what stands behind a stem makes another word of it. An ending is at the end; "" is no ending at all.
fn is_otherwise(stem: &str, rest: &str, otherwise: &[&str]) -> bool {
    // tunnetta and asennetta, with or without a possessive ending, are forms of the nouns; tunnettava is not.
    let partitive = ["tta", "ttaan", "ttani", "ttasi", "ttamme", "ttanne", "ttansa"].contains(&rest);
    // "you know" ends here; tunnetila and asennetila go on.
    let knows = stem == "tunne" && rest == "t";
    !partitive
        && (knows || otherwise.iter().any(|end| if end.is_empty() { rest.is_empty() } else { rest.starts_with(end) }))
}

/// The forbidden words of a text, each with the number of its line.
fn found(path: &Path, text: &str) -> Vec<(usize, String)> {
    let (document, explaining) = EXPLAINING;
    let explains = |line: &str| path == Path::new(document) && explaining.iter().any(|begin| line.starts_with(begin));
    let lines = text.lines().enumerate().filter(|(_, line)| !explains(line));
    lines
        .flat_map(|(index, line)| words(line).into_iter().map(move |word| (index + 1, word)))
        .filter(|(_, word)| is_forbidden(word))
        .collect()
}

#[test]
fn some_words_are_never_used_of_people() {
    let mut places = Vec::new();
    let mut kinds = std::collections::BTreeSet::new();
    for path in files_under("") {
        let name = path.display().to_string();
        places.extend(words(&name).into_iter().filter(|word| is_forbidden(word)).map(|word| format!("{name}: {word}")));
        // What is no text has no words: models and portraits.
        let Ok(text) = std::fs::read_to_string(root().join(&path)) else { continue };
        kinds.extend(path.extension().map(|kind| kind.to_string_lossy().into_owned()));
        if path != Path::new(file!()) {
            places.extend(found(&path, &text).into_iter().map(|(line, word)| format!("{name}:{line}: {word}")));
        }
    }
    for kind in ["rs", "sql", "toml", "md", "snap", "sh", "ftl", "html", "js", "css"] {
        assert!(kinds.contains(kind), "no .{kind} was read");
    }
    assert!(
        places.is_empty(),
        "Hymy says what could be seen, nothing about the inside of a person:\n{}",
        places.join("\n")
    );
}

#[test]
fn every_kind_of_place_is_read() {
    for (path, text, word) in [
        ("src/signals/smile.rs", "fn moodOf(face: &Face) {}", "mood"),
        ("src/store/schema.sql", "    happy_share REAL,", "happy"),
        ("src/web/page.html", "<h2>Your ENGAGEMENT</h2>", "engagement"),
        ("src/kiosk/task.rs", "tracing::info!(\"fatigue_noted\");", "fatigue"),
        ("configs/kiosk.toml", "# how sincerely someone smiles", "sincerely"),
        ("configs/consent.fi.md", "Miltä mielialasi näytti", "mielialasi"),
        ("docs/templates/notice-staff.fi.md", "kuinka väsyneeltä näytät", "väsyneeltä"),
        ("README.md", "shows attitudes", "attitudes"),
        ("docs/law.md", "Hymy reads emotions.", "emotions"),
        ("docs/privacy.md", "- Para. 247: emotions", "emotions"),
    ] {
        assert_eq!(found(Path::new(path), text), [(1, word.to_owned())], "{path}");
    }
    assert!(found(Path::new("docs/law.md"), "- Para. 247: emotions").is_empty(), "a line that explains the line");
}

#[test]
fn the_stems_catch_inflected_forms_and_nothing_else() {
    for word in "emotions emotionally moody attitudes engaged happier happiness unhappily sincerely insincere tiredness fatigued \
                 tunne tunteen tunnetta tunteet tunteita tunteissa tunteellinen tunnetila tunneäly perustunne onnentunteen tunnettaan \
                 mieliala mielialoja mielialan asenne asenteet asenteita asennetta palveluasenne asennoituminen asenneongelma \
                 sitoutuneisuus sitoutuneisuuden iloinen iloisen iloista iloiset iloisesti iloisuus iloisia aito aidon aidosti \
                 aitoa aitous aidot aitoja epäaito väsymys väsymyksen väsynyt väsyneet"
        .split_whitespace()
    {
        assert!(is_forbidden(word), "{word}");
    }
    for word in "happen happened mode model retired tunneli tunnelin tunnel tunnettu tunnetun tunnetaan tunneta tunnen tunnet \
                 tunnette tuntee tuntea tunnistaa tunnistetaan tunniste tunnus tunnusluku tunti tuntia tunnin tunnit tunteja \
                 tuntien tunneissa tunneilla henkilötunnus asentaa asennetaan asennettu asennettava asennus asento asennon \
                 asennossa asennoissa asento sitoutua sitoutuu sitoutunut kiloinen ilo iloksi aita aidan aitio taito \
                 taidon aitoolkit väsä saatu"
        .split_whitespace()
    {
        assert!(!is_forbidden(word), "{word}");
    }
    assert_eq!(words("aMood_swings HAPPY-väsymys"), ["a", "mood", "swings", "happy", "väsymys"]);
}

#[test]
fn every_line_that_is_left_out_is_there_and_needs_it() {
    let (document, explaining) = EXPLAINING;
    let text = std::fs::read_to_string(root().join(document)).unwrap();
    for begin in explaining {
        let lines: Vec<&str> = text.lines().filter(|line| line.starts_with(begin)).collect();
        assert_eq!(lines.len(), 1, "{begin}");
        assert!(words(lines[0]).iter().any(|word| is_forbidden(word)), "needs no exception: {begin}");
    }
}
