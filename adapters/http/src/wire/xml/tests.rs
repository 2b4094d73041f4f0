//! What is read as XML, and what is not.

use proptest::prelude::*;

use super::*;

fn text_of(inner: &str) -> Result<String, FieldError> {
    let mut fields = read(format!("<R><id>{inner}</id></R>").as_bytes(), "R")?;
    let text = fields.take_string("id")?.to_string();
    fields.finish().map(|()| text)
}

#[test]
fn the_documented_request_is_read() {
    let body = "\u{feff}<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<ResetAccountPasswordRequest>\r\n  \
                <id>20nAZnjbUNFdc7RsILlC3A</id>\r\n  <password> a&lt;b </password >\n</ResetAccountPasswordRequest>\n";
    let mut fields = read(body.as_bytes(), "ResetAccountPasswordRequest").unwrap();
    assert_eq!(fields.take_string("id").unwrap().as_str(), "20nAZnjbUNFdc7RsILlC3A");
    assert_eq!(fields.take_string("password").unwrap().as_str(), " a<b ");
    assert_eq!(fields.finish(), Ok(()));
}

#[test]
fn references_are_the_five_names_and_numbers() {
    assert_eq!(text_of("&amp;&lt;&gt;&quot;&apos;&#65;&#x1F600;"), Ok("&<>\"'A\u{1f600}".into()));
    assert_eq!(text_of("<![CDATA[a<b&amp;c]]>"), Ok("a<b&amp;c".into()));
    assert_eq!(text_of("a\r\nb"), Ok("a\nb".into()));
    assert_eq!(text_of(""), Ok(String::new()));
    for bad in [
        "&nbsp;",
        "&xxe;",
        "&;",
        "&",
        "&#0;",
        "&#x1;",
        "&#xD800;",
        "&#xFFFE;",
        "&#x110000;",
        "&#;",
        "&#-1;",
        "&Amp;",
    ] {
        assert_eq!(text_of(bad), Err(FieldError::Malformed), "{bad}");
    }
}

#[test]
fn an_entity_is_neither_defined_nor_fetched_nor_multiplied() {
    let laughs = "<!DOCTYPE R [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;\">]><R><id>&b;</id></R>";
    let file = "<!DOCTYPE R [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><R><id>&x;</id></R>";
    let remote = "<!DOCTYPE R SYSTEM \"http://192.0.2.1/x.dtd\"><R><id>1</id></R>";
    let late = "<R><!DOCTYPE R []><id>1</id></R>";
    let behind = "<!-- --><?x?><!DOCTYPE R [<!ENTITY a \"ha\">]><R><id>&a;</id></R>";
    let parameter = "<!DOCTYPE R [<!ENTITY % x SYSTEM \"file:///etc/passwd\">%x;]><R/>";
    let attribute = "<!DOCTYPE R [<!ENTITY a \"urn:x\">]><R xmlns=\"&a;\"/>";
    let lower = "<!doctype R [<!ENTITY a \"ha\">]><R><id>&a;</id></R>";
    let bare = "<!DOCTYPE R><R><id>1</id></R>";
    for body in [laughs, file, remote, late, behind, parameter, attribute, lower, bare] {
        assert_eq!(read(body.as_bytes(), "R").unwrap_err(), FieldError::Malformed, "{body}");
    }
}

#[test]
fn what_serializers_write_beside_a_value_is_passed_over() {
    let dot_net = "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n\
                   <R xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
                   xmlns:xsd='http://www.w3.org/2001/XMLSchema'>\r\n  <id>1</id>\r\n</R>";
    for body in [
        dot_net,
        "<R xmlns=\"urn:x\"><id>1</id></R>",
        "<R><id xmlns:a=\"urn:a\" xmlns:b=\"\" >1</id></R>",
        "<?xml version=\"1.0\"?><!-- a --><?xml-stylesheet href=\"x\"?><R><id>1</id></R><!-- b --><?c?>",
        "<R>\n<!-- a -->\n<id>1</id>\n<?b c?>\n</R>",
        "<R><id><!-- <b>2</b> & -->1</id></R>",
        "<R><id>1<!----></id></R>",
        "<R><id><?a?>1<?b?><!-- c --></id></R>",
    ] {
        let mut fields = read(body.as_bytes(), "R").unwrap_or_else(|error| panic!("{error} {body}"));
        assert_eq!(fields.take_string("id").unwrap().as_str(), "1", "{body}");
        assert_eq!(fields.finish(), Ok(()), "{body}");
    }
}

#[test]
fn a_nil_element_is_an_absent_value() {
    let read_in = |inner: &str| {
        let spaces = "xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\"";
        read(format!("<R {spaces}>{inner}</R>").as_bytes(), "R")
    };
    for nil in ["<id i:nil=\"true\"/>", "<id i:nil='1'></id>", "<id i:nil=\"true\"><!-- a --></id>"] {
        let mut fields = read_in(nil).unwrap();
        assert_eq!(fields.take_optional_string("id"), Ok(None), "{nil}");
        let wrong = FieldError::WrongType { field: "id".into() };
        assert_eq!(read_in(nil).unwrap().take_string("id"), Err(wrong), "{nil}");
        assert_eq!(read_in(nil).unwrap().finish(), Err(FieldError::Unknown { field: "id".into() }), "{nil}");
    }
    let mut present = read_in("<id i:nil=\"false\">1</id>").unwrap();
    assert_eq!(present.take_string("id").unwrap().as_str(), "1");
    for bad in [
        "<id i:nil=\"true\">1</id>",
        "<id i:nil=\"true\"> </id>",
        "<id i:nil=\"true\"><b/></id>",
        "<id i:nil=\"TRUE\"/>",
        "<id i:nil=\"\"/>",
        "<id i:nil=\"true\" i:nil=\"false\"/>",
        "<id i:type=\"x\"/>",
        "<id i:schemaLocation=\"http://192.0.2.1/ x.xsd\"/>",
        "<id xmlns:i=\"urn:x\" i:nil=\"true\"/>",
        "<id i:nil=\"true\"/><id i:nil=\"true\"/>",
    ] {
        assert!(read_in(bad).is_err(), "{bad}");
    }
    let root = "<R xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\" i:nil=\"true\"/>";
    assert_eq!(read(root.as_bytes(), "R").unwrap_err(), FieldError::Malformed);
}

#[test]
fn a_host_of_declarations_is_refused() {
    let many: String = (0..3_000).map(|at| format!(" xmlns:a{at}=\"u\"")).collect();
    let body = format!("<R{many}><id>1</id></R>");
    assert!(body.len() < 65_536);
    assert_eq!(read(body.as_bytes(), "R").unwrap_err(), FieldError::Malformed);
}

#[test]
fn what_is_not_elements_and_text_is_malformed() {
    let deep = format!("<R>{}1{}</R>", "<a>".repeat(5), "</a>".repeat(5));
    let abyss = format!("<R>{}", "<a>".repeat(20_000));
    for body in [
        "",
        " ",
        "text",
        "<R>",
        "<R/><R/>",
        "<R/>x",
        "x<R/>",
        "<Other/>",
        "<R>text</R>",
        "<R><id>1</id>text</R>",
        "<R>text<id>1</id></R>",
        "<R>&#97;<id>1</id></R>",
        "<R><id>1<b>2</b></id></R>",
        "<R><id>1</R></id>",
        "<R><id>1</id2></R>",
        "<R></id></R>",
        "<R><id x=\"1\">1</id></R>",
        "<R><id>ad<!-- -->min</id></R>",
        "<R><id>ad<?x?>min</id></R>",
        "<R><id> <!-- -->min</id></R>",
        "<R><id>ad<!-- -->&#109;in</id></R>",
        "<R><id>ad<!-- --><![CDATA[min]]></id></R>",
        "<R><id>1</id><!-- a -- b --></R>",
        "<R><id>1</id><!-- a ---></R>",
        "<R><!-- <id>1</id></R>",
        "<R><!-- \u{1b} --><id>1</id></R>",
        "<R><? x?></R>",
        "<R><??></R>",
        "<R><?XML x?></R>",
        "<R><?a:b x?></R>",
        "<R><id nil=\"true\"/></R>",
        "<R><id xsi:nil=\"true\"/></R>",
        "<R xmlns:xsi=\"urn:x\"><id xsi:nil=\"true\"/></R>",
        "<R xmlns:x=\"&lol;\"><id>1</id></R>",
        "<R xmlns:x=\"a<b\"><id>1</id></R>",
        "<R xmlns:x=\"a\" xmlns:x=\"b\"><id>1</id></R>",
        "<R xmlns:xmlns=\"urn:x\"><id>1</id></R>",
        "<R xmlns:x=\"urn:x\" x:y=\"1\"><id>1</id></R>",
        "<R xmlns:x=urn:x><id>1</id></R>",
        "<R xmlns:x><id>1</id></R>",
        "<!-- --><?xml version=\"1.0\"?><R/>",
        " <?xml version=\"1.0\"?><R/>",
        "<R/><?xml version=\"1.0\"?>",
        "<?xml version=\"1.1\"?><R/>",
        "<?xml version=\"1.0\" encoding=\"UTF-7\"?><R/>",
        "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><R/>",
        "<R><id>]]></id></R>",
        "<R><id>\u{0}</id></R>",
        "<R><id>\u{1b}</id></R>",
        "<R><id>\u{ffff}</id></R>",
        "<R><1/></R>",
        "<R><i=d/></R>",
        "<R><id>1</id></R>\u{feff}",
        "{\"id\":\"1\"}",
        &deep,
        &abyss,
    ] {
        let shown: String = body.chars().take(60).collect();
        assert_eq!(read(body.as_bytes(), "R").unwrap_err(), FieldError::Malformed, "{shown}");
    }
    assert_eq!(read(b"<R><id>\xff</id></R>", "R").unwrap_err(), FieldError::Malformed);
    assert_eq!(read(b"\xff\xfe<\0R\0/\0>\0", "R").unwrap_err(), FieldError::Malformed);
}

#[test]
fn a_second_element_of_a_name_is_refused_by_its_path() {
    for (body, field) in [
        ("<R><id>1</id><id>1</id></R>", "id"),
        ("<R><id/><id/></R>", "id"),
        ("<R><a><b/><c/><b/></a></R>", "a.b"),
    ] {
        let field = field.to_owned();
        assert_eq!(read(body.as_bytes(), "R").unwrap_err(), FieldError::Duplicate { field }, "{body}");
    }
}

#[test]
fn an_element_with_elements_is_no_text_and_a_prefix_makes_another_name() {
    let mut nested = read(b"<R><id><b>1</b></id></R>", "R").unwrap();
    assert_eq!(nested.take_string("id"), Err(FieldError::WrongType { field: "id".into() }));
    let mut prefixed = read(b"<R><x:id>1</x:id></R>", "R").unwrap();
    assert_eq!(prefixed.take_string("id"), Err(FieldError::Missing { field: "id".into() }));
    assert_eq!(prefixed.finish(), Err(FieldError::Unknown { field: "x:id".into() }));
}

#[test]
fn what_is_kept_of_a_document_does_not_grow_with_its_paths() {
    let name = "x".repeat(60);
    let many: String = (0..2_000).map(|at| format!("<a{at:04}><b/></a{at:04}>")).collect();
    let body = format!("<R><{name}><{name}>{many}</{name}></{name}></R>");
    assert!(body.len() < 65_536);
    let kept = read(body.as_bytes(), "R").unwrap().kept();
    assert!(kept < 12 * body.len(), "{kept} octets are kept of {}", body.len());
    let long = "x".repeat(20_000);
    let field = "x".repeat(64);
    let body = format!("<R><{long}><a/></{long}></R>");
    assert_eq!(read(body.as_bytes(), "R").unwrap_err(), FieldError::Unknown { field });
}

#[derive(Serialize)]
struct Answer<'a> {
    id: &'a str,
    success: bool,
}

#[test]
fn an_answer_is_escaped_and_in_order() {
    let written = write("R", &Answer { id: "<b>&\"'\u{1b}]]>", success: false }).unwrap();
    let (_, body) = written.split_once('\n').unwrap();
    assert!(
        body.starts_with("<R><id>&lt;b") && body.ends_with("</id><success>false</success></R>"),
        "{body}"
    );
    let mut back = read(written.as_bytes(), "R").unwrap();
    assert_eq!(back.take_string("id").unwrap().as_str(), "<b>&\"'\u{fffd}]]>");
}

proptest! {
    #[test]
    fn any_text_is_written_and_read_back(id in "[ -~\n\u{80}-\u{d7ff}]*") {
        let written = write("R", &Answer { id: &id, success: true }).unwrap();
        let taken = read(written.as_bytes(), "R").unwrap().take_string("id").unwrap();
        prop_assert_eq!(taken.as_str(), id);
    }

    #[test]
    fn any_bytes_are_read_or_refused(body in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = read(&body, "R");
    }

    #[test]
    fn any_markup_is_read_or_refused(body in "(<|>|/|R|id|&|;|#|x|!|\\[|\\]|CDATA|-|<!--|-->|\\?|xml|xmlns:x=|x:nil=| |\"|=){0,40}") {
        let _ = read(body.as_bytes(), "R");
    }
}
