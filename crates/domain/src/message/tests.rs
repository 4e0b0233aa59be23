use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::contact::{AttributeValue, Attributes, Profile};

fn profile(first_name: &str) -> Profile {
    Profile { first_name: Some(first_name.into()), ..Profile::default() }
}

fn render(message: &Message, profile: &Profile, attributes: &Attributes) -> Outgoing {
    message.render(Variables { profile, attributes }, |row, column, button| match &button.action {
        Action::Press(_) => ButtonWire::Press(format!("{row}.{column}")),
        Action::Url { url, .. } => ButtonWire::Url(url.clone()),
    })
}

fn faults(value: &Value) -> Vec<(String, &'static str)> {
    Message::parse(value).unwrap_err().into_iter().map(|error| (error.path, error.code)).collect()
}

#[test]
fn an_attribute_is_found_in_whatever_spelling_a_text_names_it() {
    let attributes = |pairs: &[(&str, &str)]| {
        let pairs =
            pairs.iter().map(|(key, value)| ((*key).to_owned(), AttributeValue::Text((*value).into())));
        pairs.collect::<Attributes>()
    };
    let filled = |text: &str, attributes: &Attributes| {
        let message = Message::parse(&json!({"text": format!("It is {text}")})).unwrap();
        render(&message, &Profile::default(), attributes).text
    };
    let known = attributes(&[("Plan", "pro"), ("Straße", "1")]);
    for (text, wanted) in [
        ("{attr.Plan}", "pro"),
        ("{attr.plan|free}", "pro"),
        ("{attr. PLAN }", "pro"),
        ("{attr.STRASSE|none}", "none"),
        ("{attr.straße|none}", "1"),
        ("{attr.plans|none}", "none"),
    ] {
        assert_eq!(filled(text, &known), format!("It is {wanted}"), "{text}");
    }
    let both = attributes(&[("Plan", "first"), ("plan", "second")]);
    assert_eq!(filled("{attr.plan} {attr.Plan} {attr.PLAN}", &both), "It is second first first");
}

#[test]
fn the_contract_s_example() {
    let document = json!({
        "text": "Hi <b>{first_name|friend}</b>, {{ok}}", "format": "html",
        "buttons": [[
            {"text": "Claim", "press": {"add_tags": ["Coupon Claimed"], "remove_tags": [], "reply": "Here", "flow": 7}},
            {"text": "Shop", "url": "https://a.example/x"}]]
    });
    let message = Message::parse(&document).unwrap();
    assert_eq!(message.tags().into_iter().collect::<Vec<_>>(), ["Coupon Claimed"]);
    let sent = render(&message, &profile("<i>Ada</i> 🏟"), &Attributes::new());
    assert_eq!(
        json!(sent),
        json!({
            "text": "Hi <i>Ada</i> 🏟, {ok}",
            "entities": [{"type": "bold", "offset": 3, "length": 13}],
            "buttons": [[{"text": "Claim", "press": "0.0"}, {"text": "Shop", "url": "https://a.example/x"}]]
        })
    );
    let nobody = render(&message, &Profile::default(), &Attributes::new());
    assert_eq!(nobody.text, "Hi friend, {ok}");
    assert_eq!(Message::parse(&message.to_json()).unwrap(), message);
}

#[test]
fn offsets_follow_the_values() {
    let text = "{first_name}<b>{last_name|x}</b><i>y</i> <u>{attr.n}</u>{{<s>z</s>";
    let message = Message::parse(&json!({"text": text, "format": "html"})).unwrap();
    let attributes = Attributes::from([("n".to_owned(), AttributeValue::Number(3.0))]);
    let shown = |name: &str| {
        let rendered = render(&message, &profile(name), &attributes);
        let units: Vec<u16> = rendered.text.encode_utf16().collect();
        rendered
            .entities
            .iter()
            .map(|e| String::from_utf16(&units[e.offset..e.offset + e.length]).unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(shown("🏟🏟"), ["x", "y", "3", "z"]);
    assert_eq!(shown(""), ["x", "y", "3", "z"]);
}

#[test]
fn faults_name_their_place() {
    let document = json!({
        "text": "Hi {nick}", "colour": 1, "media": {"kind": "sticker", "media_id": 0},
        "buttons": [[{"text": "a", "press": {"add_tags": ["x", "", "x"], "remove_tags": ["x"], "then": 1}}],
                    [{"text": "b"}, {"text": "c", "url": "https://a.b", "press": {}}, {"text": "d", "url": "a.b"}], [],
                    [{"text": "{first_name}", "press": {"flow": 0, "reply": ""}}]]
    });
    let found = faults(&document);
    for expected in [
        ("/colour", "unknown_key"),
        ("/media/kind", "unknown_value"),
        ("/media/media_id", "wrong_type"),
        ("/text", "unknown_variable"),
        ("/buttons/0/0/press/then", "unknown_key"),
        ("/buttons/0/0/press/add_tags/1", "invalid_tag"),
        ("/buttons/0/0/press/add_tags/2", "duplicate"),
        ("/buttons/0/0/press/remove_tags/0", "conflict"),
        ("/buttons/1/0", "required"),
        ("/buttons/1/1", "conflict"),
        ("/buttons/1/2/url", "invalid_url"),
        ("/buttons/2", "empty"),
        ("/buttons/3/0/text", "variable_not_allowed"),
        ("/buttons/3/0/press/flow", "wrong_type"),
        ("/buttons/3/0/press/reply", "empty"),
    ] {
        assert!(found.contains(&(expected.0.to_owned(), expected.1)), "{expected:?} is not in {found:?}");
    }
    assert_eq!(found.len(), 15, "{found:?}");
}

#[test]
fn tags_of_a_button_are_compared_as_tags_are() {
    let message = |add: &[&str], remove: &[&str]| json!({"text": "x", "buttons": [[{"text": "b", "press": {"add_tags": add, "remove_tags": remove}}]]});
    let kept = |document: &Value| {
        let Action::Press(press) = &Message::parse_stored(document).unwrap().buttons[0][0].action else {
            panic!("{document}")
        };
        (press.add_tags.clone(), press.remove_tags.clone())
    };
    for (add, remove, field, code) in [
        (&["VIP"][..], &["vip"][..], "remove_tags/0", "conflict"),
        (&["❤"], &["❤\u{fe0f}"], "remove_tags/0", "conflict"),
        (&["VIP", "Vip"], &[], "add_tags/1", "duplicate"),
        (&["VIP", "\u{200b}"], &[], "add_tags/1", "invalid_tag"),
        (&["VIP", "\u{feff}\u{200d}"], &[], "add_tags/1", "invalid_tag"),
    ] {
        let document = message(add, remove);
        let place = format!("/buttons/0/0/press/{field}");
        assert_eq!(faults(&document), [(place, code)], "{document}");
        // What was stored before names were compared goes on, and means the one tag that it adds.
        assert_eq!(kept(&document), (vec![add[0].to_owned()], Vec::new()), "{document}");
    }
    assert!(Message::parse(&message(&["Cafe"], &["Café"])).is_ok(), "an accent tells names apart");
}

#[test]
fn texts_that_could_not_be_sent_are_refused() {
    for (document, expected) in [
        (json!({"text": ""}), "empty"),
        (json!({"text": " \u{200b}\u{3164}\n"}), "empty"),
        (json!({"text": "<b> </b>", "format": "html"}), "empty"),
        (json!({"text": "{first_name}"}), "empty"),
        (json!({"text": "a".repeat(4097)}), "too_long"),
        (json!({"text": "🏟".repeat(2049)}), "too_long"),
        (json!({"text": format!("{}{{first_name}}", "a".repeat(4033))}), "too_long"),
        (json!({"text": "a { b"}), "lonely_brace"),
        (json!({"text": "<b>{first_name|</b>x}", "format": "html"}), "markup_in_variable"),
        (
            json!({"text": "<a href=\"https://a.b/{username}\">x</a>", "format": "html"}),
            "variable_not_allowed",
        ),
        (json!({"text": "<b>", "format": "html"}), "invalid_markup"),
        (json!({"text": "a.b", "format": "markdown"}), "invalid_markup"),
    ] {
        assert_eq!(faults(&document), [("/text".to_owned(), expected)], "{document}");
    }
    assert!(Message::plain(&"a".repeat(4096)).is_ok());
    assert!(Message::plain("{first_name|you}").is_ok());
}

#[test]
fn given_entities_are_checked_against_the_text() {
    let document = json!({"text": "🏟 {first_name|you}", "entities": [
        {"type": "bold", "offset": 0, "length": 2}, {"type": "text_link", "offset": 3, "length": 16, "url": "https://a.b"}]});
    let rendered = render(&Message::parse(&document).unwrap(), &profile("Ada"), &Attributes::new());
    assert_eq!((rendered.entities[1].offset, rendered.entities[1].length), (3, 3));
    let bad = json!({"text": "🏟a", "entities": [
        {"type": "bold", "offset": 1, "length": 1}, {"type": "bold", "offset": 0, "length": 9},
        {"type": "text_link", "offset": 0, "length": 2, "url": "a"}, {"type": "mention", "offset": 0, "length": 2},
        {"type": "bold", "offset": 0, "length": 2, "url": "https://a.b"}, {"type": "bold", "offset": 0}]});
    let found = faults(&bad);
    let expected = [
        ("/entities/0", "invalid_entity"),
        ("/entities/1", "invalid_entity"),
        ("/entities/2/url", "invalid_url"),
        ("/entities/3/type", "unknown_value"),
        ("/entities/4/url", "conflict"),
        ("/entities/5/length", "required"),
    ];
    assert_eq!(found, expected.map(|(path, code)| (path.to_owned(), code)));
}

#[test]
fn one_long_value_is_clipped_and_the_rest_stays() {
    let text = format!("{}{{first_name}}{{attr.a}}", "x".repeat(3800));
    let message = Message::plain(&text).unwrap();
    let attributes = Attributes::from([("a".to_owned(), AttributeValue::Text("🏟".repeat(1000)))]);
    let name = "n".repeat(64);
    let rendered = render(&message, &profile(&name), &attributes);
    assert!(rendered.text.contains(&format!("{name}🏟")), "the name is whole");
    assert!(rendered.text.ends_with("🏟…"));
    assert!((4094..=4096).contains(&units(&rendered.text)), "{}", units(&rendered.text));
}

#[test]
fn ends_are_trimmed_with_their_entities() {
    let message = Message::parse(&json!({"text": "\n <b>a </b>{first_name}\n", "format": "html"})).unwrap();
    let rendered = render(&message, &Profile::default(), &Attributes::new());
    assert_eq!(rendered.text, "a");
    assert_eq!(rendered.entities, [Entity { offset: 0, length: 1, kind: EntityKind::Bold }]);
    // Telegram calls an entity without length an error.
    let message = Message::parse(&json!({"text": "a<b>{last_name}</b>b", "format": "html"})).unwrap();
    assert_eq!(render(&message, &Profile::default(), &Attributes::new()).entities, []);
}

#[test]
fn names_that_show_nothing_or_bend_the_line_give_way() {
    let message = Message::plain("Hi {first_name|friend}!").unwrap();
    let shown = |name: &str| render(&message, &profile(name), &Attributes::new()).text;
    assert_eq!(shown("\u{3164}\u{200e}"), "Hi friend!");
    assert_eq!(shown("\u{202e}Ada\u{0}"), "Hi Ada!");
    assert_eq!(shown("{last_name}"), "Hi {last_name}!");
}

/// Text with all that the parsers care about, in any order.
fn soup() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "a",
        "🏟",
        "é",
        " ",
        "\n",
        "\0",
        "<b>",
        "</b>",
        "<a href=",
        "\"a.b\"",
        ">",
        "</>",
        "&lt;",
        "&#x1f3df;",
        "&",
        "<pre><code class=\"language-x\">",
        "</code></pre>",
        "{first_name|x}",
        "{attr.k}",
        "{",
        "}",
        "{{",
        "}}",
        "*",
        "_",
        "__",
        "||",
        "~",
        "`",
        "```",
        "[",
        "](a.b)",
        "![",
        "\\",
        ">",
        "**>",
        "|",
        ".",
        "<tg-time unix=1>",
        "\r",
    ]);
    prop::collection::vec(pieces, 0..40).prop_map(|pieces| pieces.concat())
}

pub(crate) fn any_json() -> impl Strategy<Value = Value> {
    let keys = prop::sample::select(vec![
        "text",
        "format",
        "entities",
        "media",
        "buttons",
        "press",
        "url",
        "track",
        "add_tags",
        "remove_tags",
        "reply",
        "flow",
        "type",
        "offset",
        "length",
        "link_preview",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        soup().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 64, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((keys.clone(), inner), 0..6)
                .prop_map(|pairs| pairs.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn whatever_is_accepted_can_be_sent(
        source in soup(), format in prop::sample::select(vec!["plain", "html", "markdown"]), name in soup(),
        value in "\\PC{0,40}", times in 1_usize..200,
    ) {
        let document = json!({"text": source, "format": format});
        let Ok(message) = Message::parse(&document) else { return Ok(()) };
        prop_assert_eq!(&Message::parse(&message.to_json()).unwrap(), &message);
        let attributes = Attributes::from([("k".to_owned(), AttributeValue::Text(value.repeat(times)))]);
        let rendered = render(&message, &profile(&name), &attributes);
        let text: Vec<u16> = rendered.text.encode_utf16().collect();
        prop_assert!((1..=4096).contains(&text.len()), "{} units", text.len());
        prop_assert!(!crate::naming::is_blank(&rendered.text));
        for entity in &rendered.entities {
            let covered = text.get(entity.offset..entity.offset + entity.length);
            prop_assert!(entity.length > 0 && covered.is_some_and(|part| String::from_utf16(part).is_ok()));
        }
    }

    /// Both dialects on anything at all: no panic, and entities that lie on whole characters of the text.
    #[test]
    fn no_markup_breaks_the_parsers(wild in "\\PC{0,30}", soup in soup(), cut in 0_usize..60) {
        let source: String = wild.chars().chain(soup.chars()).skip(cut % 7).take(cut).collect();
        for parsed in [html::parse(&source), markdown::parse(&source)] {
            let Ok(formatted) = parsed else { continue };
            let text: Vec<u16> = formatted.text.encode_utf16().collect();
            for entity in formatted.entities {
                let covered = text.get(entity.offset..entity.offset + entity.length);
                prop_assert!(entity.length > 0 && covered.is_some_and(|part| String::from_utf16(part).is_ok()));
            }
        }
    }

    #[test]
    fn no_document_breaks_the_reader(document in any_json()) {
        if let Ok(message) = Message::parse(&document) {
            prop_assert_eq!(Message::parse(&message.to_json()).unwrap(), message);
        }
    }

    /// Plain characters only, so that what must come out is known without a parser.
    #[test]
    fn values_never_become_markup(name in "[<>&*_a-c{}|]{1,20}") {
        let message = Message::parse(&json!({"text": "<b>x</b>{first_name|y}", "format": "html"})).unwrap();
        let rendered = render(&message, &profile(&name), &Attributes::new());
        prop_assert_eq!(rendered.text, format!("x{name}"));
        prop_assert_eq!(rendered.entities.len(), 1);
    }
}

/// The console's editor opens what was written as markup and stores it as entities: nobody must read another message.
#[test]
fn what_markup_says_can_be_said_by_entities() {
    let samples = [
        (Format::Html, "Hi <b>{first_name|friend}</b>,\r\n<i>five <u>new</u></i> {{books}} &amp; \u{1f3df}"),
        (
            Format::Html,
            "<blockquote expandable>one\ntwo <s>three</s></blockquote>\nand <tg-spoiler>more</tg-spoiler>",
        ),
        (
            Format::Html,
            "<pre><code class=\"language-rust\">fn {{}}\n</code></pre><code>{attr.code|none}</code>",
        ),
        (
            Format::Html,
            "<a href=\"Example.ORG/a b\">{username|you}</a> <a href=\"tg:user?id=5\">me</a> <a>shop.example</a>",
        ),
        (
            Format::Html,
            "<tg-emoji emoji-id=\"5\">\u{1f44d}</tg-emoji> <tg-time unix=\"12345\" format=\"wDT\">noon</tg-time>",
        ),
        (
            Format::Markdown,
            "*Hi _{first_name|friend}_*\n>quoted\n>**more**||\n[the \\{shop\\}](https://a.example)",
        ),
        (Format::Plain, "1 < 2 & {last_name|nobody} \u{4f60}\u{597d}"),
    ];
    for (format, source) in samples {
        let read = format.read(source).unwrap();
        let name = match format {
            Format::Plain => "plain",
            Format::Html => "html",
            Format::Markdown => "markdown",
        };
        let written = Message::parse(&json!({"text": source, "format": name})).unwrap();
        let given = Message::parse(&json!({"text": read.text, "entities": read.entities})).unwrap();
        for person in [profile("Ada \u{1f3df}"), Profile::default()] {
            let none = Attributes::new();
            assert_eq!(render(&written, &person, &none), render(&given, &person, &none), "{source}");
        }
    }
    assert!(Format::Html.read("<b>open").unwrap_err().contains("end tag"));
}

#[test]
fn a_variable_in_double_braces_is_told_and_what_was_composed_before_is_still_read() {
    let faults = |message: Value| -> Vec<(String, &'static str)> {
        let message = Message::parse(&message).unwrap();
        message.composing_faults().into_iter().map(|fault| (fault.path, fault.code)).collect()
    };
    let told = |path: &str| vec![(path.to_owned(), "variable_in_double_braces")];
    for text in [
        "Hi {{first_name}}",
        "{first_name}: hi {{ first_name }}!",
        "Hi {{first_name|there}}",
        "{{attr.plan}} {username}",
        "{{ {{last_name}}",
    ] {
        assert_eq!(faults(json!({"text": text})), told("/text"), "{text}");
        assert_eq!(faults(json!({"text": text, "format": "html"})), told("/text"), "{text}");
    }
    let reply = json!({"text": "Hi", "buttons": [[{"text": "Go", "press": {"reply": "For {{username}}"}}]]});
    assert_eq!(faults(reply), told("/buttons/0/0/press/reply"));
    for text in [
        "Hi {first_name}",
        "{{nobody}}",
        "fn main() {{\n run();\n}}",
        "{{\"a\": 1}}",
        "{{}}",
        "}} {{first_name",
    ] {
        assert_eq!(faults(json!({"text": text})), [], "{text}");
    }
}

#[test]
fn a_link_that_leads_nowhere_is_told_with_its_field_and_still_read() {
    let faults = |message: Value| -> Vec<(String, &'static str)> {
        let message = Message::parse(&message).unwrap();
        message.composing_faults().into_iter().map(|fault| (fault.path, fault.code)).collect()
    };
    for source in [
        r#"Call <a href="tel:+4915112345">us</a>"#,
        r#"See <a href="/shop">the shop</a>"#,
        r#"Write <a href="mailto:ann@example.org">us</a>"#,
        r#"Write <a href="http://mailto:ann@example.org">us</a>"#,
        r#"<a href="javascript:alert(1)">x</a>"#,
    ] {
        assert_eq!(
            faults(json!({"text": source, "format": "html"})),
            [("/text".to_owned(), "invalid_url")],
            "{source}"
        );
    }
    let markdown = json!({"text": "[us](tel:112) and [shop](https://example.org)", "format": "markdown"});
    assert_eq!(faults(markdown), [("/text".to_owned(), "invalid_url")]);
    let buttons = json!({"text": "Hi", "buttons": [[{"text": "Shop", "url": "https://example.org"}],
        [{"text": "Mail", "url": "http://mailto:ann@example.org"}]]});
    assert_eq!(faults(buttons), [("/buttons/1/0/url".to_owned(), "invalid_url")]);
    let fine =
        json!({"text": r#"<a href="example.org/a">a</a> <a href="tg://user?id=5">b</a>"#, "format": "html"});
    assert_eq!(faults(fine), []);
}
