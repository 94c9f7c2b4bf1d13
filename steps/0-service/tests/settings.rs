//! Looks at settings as a service sees them: where a value comes from, that services share one of
//! the same name, what a reload changes, and that what is printed can be read again.

mod sample;

use sample::{AS_GIVEN, All, DEFAULTS, File, GIVEN};
use service::{Settings, settings::Sources};

#[test]
fn a_value_is_the_default_unless_it_is_given() {
    for (text, values) in [("", DEFAULTS), (GIVEN, AS_GIVEN), ("# only a remark", DEFAULTS)] {
        let (settings, all) = File::with(text).settings();
        settings.check().unwrap();
        assert_eq!(all.show(), values);
    }
}

#[test]
fn values_given_as_text_are_taken_as_the_type_that_is_wanted() {
    for (name, text, default, value) in [
        ("rate_per_minute", "90", "60", "90"),
        ("rate_per_minute", "1e3", "60", "1000"),
        ("most", "9", "8", "9"),
        ("loud", "true", "false", "true"),
        ("says", "two words", "tick", "two words"),
        ("says", "12", "tick", "12"),
        ("says", "true", "tick", "true"),
        ("says", "", "tick", ""),
        ("says", "\"12\"", "tick", "12"),
        ("wait", "0.25", "5s", "250ms"),
        ("numbers_bind", "127.0.0.1:0", "7776", "0"),
        ("seed", "7", "None", "Some(7)"),
        ("colour", "green", "Red", "Green"),
    ] {
        let settings = Settings::with([(name, text)]);
        let all = All::new(&settings);
        settings.check().unwrap();
        assert_eq!(all.show(), DEFAULTS.replace(default, value), "{name}={text}");
    }
}

#[test]
fn set_wins_over_the_file_and_the_last_over_others() {
    let file = File::with("most = 2\nroom = 4");
    let sources = Sources::set([("most", "3"), ("most", "5")]).file(&file.path, true);
    let settings = Settings::new(sources);
    let all = All::new(&settings);
    settings.check().unwrap();
    assert_eq!(all.show(), DEFAULTS.replace("8 3", "5 4"));

    file.write("most = 6\nroom = 7");
    let changes: Vec<_> = settings.reload().unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(changes, ["room: 4 -> 7"], "it wins after a reload, too");
    assert_eq!(all.show(), DEFAULTS.replace("8 3", "5 7"));
}

#[test]
fn services_that_define_the_same_setting_share_it() {
    let file = File::with("most = 2");
    let settings = Settings::new(Sources::default().file(&file.path, true));
    let define = || settings.define("most", 8_u64).help("The most of them.").range(1..=9).live();
    let (one, other) = (define(), define());
    settings.check().unwrap();
    assert_eq!((one.get(), other.get()), (2, 2));
    file.write("most = 3");
    assert_eq!(settings.reload().unwrap().len(), 1, "it is one setting");
    assert_eq!((one.get(), other.get()), (3, 3));
    assert_eq!(
        settings.to_toml().matches("most").count(),
        2,
        "told once, in its help and by its name"
    );
}

#[test]
#[should_panic = "the setting most is defined twice, with another type or default"]
fn services_that_disagree_about_a_setting_are_a_mistake_in_the_program() {
    let settings = Settings::with([("most", "2")]);
    settings.define("most", 8_u64).live();
    settings.define("most", 9_u64).live();
}

#[test]
fn a_reload_tells_what_has_changed_and_when_it_takes_effect() {
    let file = File::with("most = 2");
    let (settings, all) = file.settings();
    let changes = || settings.reload().unwrap().iter().map(ToString::to_string).collect::<Vec<_>>();
    for (text, told, values) in [
        ("most = 2", &[][..], DEFAULTS.replace('8', "2")),
        ("", &["most: 2 -> 8"], DEFAULTS.into()),
        (
            GIVEN,
            &[
                "rate_per_minute: 60 -> 90.5",
                "most: 8 -> 2",
                "room: 3 -> 0",
                "loud: false -> true",
                "says: \"tick\" -> \"tock\"",
                "wait: 5 -> 0.25",
                "numbers_bind: \"127.0.0.1:7776\" -> \"[::1]:80\" (takes effect at the next start)",
                "seed: not set -> 7",
                "colour: \"red\" -> \"blue\"",
            ],
            AS_GIVEN.into(),
        ),
        (GIVEN, &[], AS_GIVEN.into()),
    ] {
        file.write(text);
        assert_eq!(changes(), told);
        assert_eq!(all.show(), values);
    }
}

#[test]
fn a_file_that_appears_later_is_read_at_the_next_reload() {
    let file = File::none();
    let (settings, all) = file.settings();
    settings.check().unwrap();
    assert_eq!((settings.reload().unwrap().len(), all.show()), (0, DEFAULTS.to_string()));
    file.write(GIVEN);
    assert_eq!((settings.reload().unwrap().len(), all.show()), (9, AS_GIVEN.to_string()));
    std::fs::remove_file(&file.path).unwrap();
    settings.reload().expect_err("what it said would be gone without a word");
    assert_eq!(all.show(), AS_GIVEN);
    file.write("");
    assert_eq!((settings.reload().unwrap().len(), all.show()), (9, DEFAULTS.to_string()));
}

#[tokio::test]
async fn a_task_is_told_of_each_change_of_a_setting() {
    let file = File::none();
    let settings = Settings::new(Sources::default().file(&file.path, false));
    let most = settings.define("most", 8_u64).live();
    let mut changes = most.changes();
    assert!(!changes.has_changed().unwrap());
    for (text, value) in [("most = 2", 2), ("most = 3", 3), ("", 8)] {
        file.write(text);
        settings.reload().unwrap();
        changes.changed().await.unwrap();
        assert_eq!(*changes.borrow_and_update(), value);
    }
    settings.reload().unwrap();
    assert!(!changes.has_changed().unwrap(), "a reload that changes nothing tells nobody");
}

#[test]
fn what_is_printed_is_toml_that_gives_the_same_values() {
    let odd =
        "says = \"\"\"a \\\"b\\\" # c\n\td = 'e' \\\\ é\"\"\"\nwait = 1e-9\nrate_per_minute = 0.1";
    for text in ["", GIVEN, odd] {
        let (settings, all) = File::with(text).settings();
        settings.check().unwrap();
        let printed = settings.to_toml();
        printed.parse::<toml::Table>().unwrap_or_else(|error| panic!("{error}\n{printed}"));
        let (again, same) = File::with(&printed).settings();
        again.check().unwrap();
        assert_eq!(same.show(), all.show(), "{printed}");
    }
}

#[test]
fn what_is_printed_has_help_and_says_where_a_value_comes_from() {
    let file = File::with("\nmost = 2");
    let settings = Settings::new(Sources::set([("room", "4")]).file(&file.path, true));
    All::new(&settings);
    let printed = settings.to_toml();
    for paragraph in [
        "# Numbers a minute.\nrate_per_minute = 60\n",
        "# The most of them.\nmost = 2  # from numbers.toml:2\n",
        "# How many fit.\nroom = 4  # from the program\n",
        "# Where it listens. Takes effect at the next start.\nnumbers_bind = \"127.0.0.1:7776\"\n",
        "# Makes it all the same.\n# seed is not set\n",
    ] {
        assert!(printed.contains(paragraph), "{paragraph:?} is not in\n{printed}");
    }
}
