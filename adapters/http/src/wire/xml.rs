//! XML bodies: elements that hold either text or elements, and nothing else that XML has.
//!
//! No document type, hence no entities but the five that XML itself names. Namespaces may be declared, as serializers do
//! whether they use them or not, and mean nothing; the one attribute is `xsi:nil`, for a value that is absent. Comments and
//! processing instructions are passed over, but for those in the middle of a text: there, two readers could see two texts.
//! Nothing is ever fetched or expanded.

use quick_xml::{
    NsReader, XmlVersion,
    events::{BytesDecl, BytesStart, Event},
    name::{Namespace, NamespaceResolver, ResolveResult},
};
use serde::Serialize;
use zeroize::Zeroizing;

use super::fields::{DEEPEST, FieldError, Fields, Value};

/// The namespace of `xsi:nil`, whatever its prefix.
const INSTANCE: Namespace<'_> = Namespace("http://www.w3.org/2001/XMLSchema-instance");

/// Reads an XML document whose root element has this name. Its elements become fields; their texts are kept to the letter.
///
/// ```
/// use accountable_http::wire::xml;
/// let mut fields = xml::read(b"<Request><id>a &amp; b</id></Request>", "Request")?;
/// assert_eq!(fields.take_string("id")?.as_str(), "a & b");
/// # Ok::<(), accountable_http::wire::FieldError>(())
/// ```
///
/// # Errors
/// [`FieldError::Malformed`] for anything but such a document in UTF-8, at most 4 levels deep; [`FieldError::Duplicate`] for
/// an element that is there twice; [`FieldError::Unknown`] for a name of more than 128 octets.
pub fn read(body: &[u8], root: &str) -> Result<Fields, FieldError> {
    let text = std::str::from_utf8(body).map_err(|_| FieldError::Malformed)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = NsReader::from_str(text);
    let config = reader.config_mut();
    config.expand_empty_elements = true;
    config.check_end_names = true;
    let mut document = Document { open: Vec::new(), root, read: None };
    let mut first = true;
    loop {
        match reader.read_event().map_err(|_| FieldError::Malformed)? {
            Event::Decl(declaration) if first => declared(&declaration)?,
            Event::Start(start) => document.open(&start, is_nil(&start, reader.resolver())?)?,
            Event::End(_) => document.close()?,
            Event::Text(part) if part.contains("]]>") => return Err(FieldError::Malformed),
            Event::Text(part) => document.add(&part.xml10_content())?,
            Event::CData(part) => document.add(&part.xml10_content())?,
            Event::GeneralRef(reference) => document.add(character(&reference)?.encode_utf8(&mut [0; 4]))?,
            Event::Comment(said) if !said.contains("--") && !said.ends_with('-') => {
                document.pass_over(&said)?
            }
            Event::PI(said) if is_instruction(said.target()) => document.pass_over(&said)?,
            Event::Eof => return document.finish(),
            _ => return Err(FieldError::Malformed),
        }
        first = false;
    }
}

/// XML 1.0 in UTF-8 is what there is.
fn declared(declaration: &BytesDecl<'_>) -> Result<(), FieldError> {
    let version = declaration.version().is_ok_and(|version| version == "1.0");
    let encoding = match declaration.encoding() {
        None => true,
        Some(encoding) => encoding.is_ok_and(|encoding| encoding.eq_ignore_ascii_case("utf-8")),
    };
    if version && encoding { Ok(()) } else { Err(FieldError::Malformed) }
}

/// The target of a processing instruction: a name without a prefix, and not the one that XML keeps for itself.
fn is_instruction(target: &str) -> bool {
    is_name(target) && !target.contains(':') && !target.eq_ignore_ascii_case("xml")
}

/// Whether an element is there to say that its value is absent. But for that, its attributes only declare namespaces.
fn is_nil(start: &BytesStart<'_>, namespaces: &NamespaceResolver) -> Result<bool, FieldError> {
    let mut nil = None;
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|_| FieldError::Malformed)?;
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|_| FieldError::Malformed)?;
        if attribute.value.contains('<') || !value.chars().all(is_character) {
            return Err(FieldError::Malformed);
        }
        if attribute.key.as_namespace_binding().is_some() {
            continue;
        }
        let (space, name) = namespaces.resolve_attribute(attribute.key);
        let known = space == ResolveResult::Bound(INSTANCE) && name.as_ref() == "nil" && nil.is_none();
        nil = match &*value {
            "true" | "1" if known => Some(true),
            "false" | "0" if known => Some(false),
            _ => return Err(FieldError::Malformed),
        };
    }
    Ok(nil.unwrap_or(false))
}

/// The character that a reference means: one of the five names, or a number.
fn character(reference: &quick_xml::events::BytesRef<'_>) -> Result<char, FieldError> {
    match &**reference {
        "amp" => Ok('&'),
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "quot" => Ok('"'),
        "apos" => Ok('\''),
        _ => reference.resolve_char_ref().ok().flatten().ok_or(FieldError::Malformed),
    }
}

/// An element whose end has not come yet.
struct Element {
    name: String,
    text: Zeroizing<String>,
    fields: Fields,
    has_elements: bool,
    /// Whether it says that its value is absent: then it is empty.
    nil: bool,
    /// Whether something was passed over behind some of its text.
    interrupted: bool,
    /// Whether there is text before and behind what was passed over.
    split: bool,
}

struct Document<'a> {
    open: Vec<Element>,
    root: &'a str,
    read: Option<Fields>,
}

impl Document<'_> {
    fn open(&mut self, start: &BytesStart<'_>, nil: bool) -> Result<(), FieldError> {
        let name = start.name().as_ref().to_owned();
        let alone = self.open.is_empty();
        let expected = !alone || (name == self.root && self.read.is_none());
        let deep = self.open.len() > usize::from(DEEPEST);
        if !expected || deep || (alone && nil) || !is_name(&name) {
            return Err(FieldError::Malformed);
        }
        let path = match self.open.last_mut() {
            None => String::new(),
            Some(parent) if is_blank(&parent.text) && !parent.nil => {
                parent.has_elements = true;
                parent.fields.path_within(&name)
            }
            Some(_) => return Err(FieldError::Malformed),
        };
        let text = Zeroizing::new(String::new());
        let fields = Fields::under(path);
        self.open.push(Element {
            name,
            text,
            fields,
            has_elements: false,
            nil,
            interrupted: false,
            split: false,
        });
        Ok(())
    }

    fn close(&mut self) -> Result<(), FieldError> {
        let element = self.open.pop().ok_or(FieldError::Malformed)?;
        let Some(parent) = self.open.last_mut() else {
            self.read = Some(element.fields);
            return if is_blank(&element.text) { Ok(()) } else { Err(FieldError::Malformed) };
        };
        let name = element.name.clone();
        let value = match element {
            Element { has_elements: true, fields, .. } => Value::Fields(fields),
            Element { split: true, .. } => return Err(FieldError::Malformed),
            Element { nil: true, .. } => Value::Null,
            Element { text, .. } => Value::Untyped(text),
        };
        parent.fields.insert(name, value)
    }

    /// Adds text to the element that is open. Between elements there is blank text only.
    fn add(&mut self, text: &str) -> Result<(), FieldError> {
        let here = self.open.last_mut();
        let mixed = here.as_ref().is_none_or(|element| element.has_elements) && !is_blank(text);
        if mixed || !text.chars().all(is_character) {
            return Err(FieldError::Malformed);
        }
        if let Some(element) = here {
            if element.nil && !text.is_empty() {
                return Err(FieldError::Malformed);
            }
            element.split |= element.interrupted && !text.is_empty();
            element.text.push_str(text);
        }
        Ok(())
    }

    /// Passes over a comment, or an instruction to somebody else.
    fn pass_over(&mut self, said: &str) -> Result<(), FieldError> {
        if let Some(element) = self.open.last_mut() {
            element.interrupted |= !element.text.is_empty();
        }
        if said.chars().all(is_character) { Ok(()) } else { Err(FieldError::Malformed) }
    }

    fn finish(self) -> Result<Fields, FieldError> {
        if self.open.is_empty() { self.read.ok_or(FieldError::Malformed) } else { Err(FieldError::Malformed) }
    }
}

fn is_blank(text: &str) -> bool {
    text.bytes().all(|c| matches!(c, b' ' | b'\t' | b'\r' | b'\n'))
}

/// Names as the contracts have them. With a prefix it is some other name.
fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'-' | b'.' | b':'))
}

/// What XML 1.0 calls a character (production 2).
const fn is_character(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

/// Writes a value as an XML document whose root element has this name, its fields as elements in their order. Characters
/// that XML 1.0 does not have (production 2) become U+FFFD.
///
/// # Errors
/// [`quick_xml::SeError`] for a value that is no struct of texts, numbers, truth values, structs and lists.
pub fn write(root: &str, answer: &impl Serialize) -> Result<String, quick_xml::SeError> {
    let body = quick_xml::se::to_string_with_root(root, answer)?;
    let mut document = String::from(r#"<?xml version="1.0" encoding="UTF-8"?>"#);
    document.push('\n');
    document.extend(body.chars().map(|c| if is_character(c) { c } else { char::REPLACEMENT_CHARACTER }));
    Ok(document)
}

#[cfg(test)]
mod tests;
