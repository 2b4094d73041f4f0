//! What a message is made of beside its own text: variables, and other messages.

use std::collections::{BTreeMap, BTreeSet};

use fluent_syntax::ast::{Expression, InlineExpression, Pattern, PatternElement};

/// The variables and the other entries that a message or a term uses.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Uses {
    variables: BTreeSet<String>,
    /// Messages by name, terms as `-name`, attributes as `message.name` and functions as `NAME()`.
    entries: BTreeSet<String>,
}

impl Uses {
    pub(crate) fn of(pattern: &Pattern<&str>) -> Self {
        let mut uses = Self::default();
        uses.read(pattern);
        uses
    }

    fn read(&mut self, pattern: &Pattern<&str>) {
        for element in &pattern.elements {
            if let PatternElement::Placeable { expression } = element {
                self.read_expression(expression);
            }
        }
    }

    fn read_expression(&mut self, expression: &Expression<&str>) {
        match expression {
            Expression::Inline(inline) => self.read_inline(inline),
            Expression::Select { selector, variants } => {
                self.read_inline(selector);
                for variant in variants {
                    self.read(&variant.value);
                }
            }
        }
    }

    fn read_inline(&mut self, inline: &InlineExpression<&str>) {
        match inline {
            InlineExpression::StringLiteral { .. } | InlineExpression::NumberLiteral { .. } => {}
            InlineExpression::VariableReference { id } => {
                self.variables.insert(id.name.to_owned());
            }
            InlineExpression::MessageReference { id, attribute } => {
                self.entries.insert(match attribute {
                    Some(attribute) => format!("{}.{}", id.name, attribute.name),
                    None => id.name.to_owned(),
                });
            }
            InlineExpression::TermReference { id, .. } => {
                self.entries.insert(format!("-{}", id.name));
            }
            InlineExpression::FunctionReference { id, .. } => {
                self.entries.insert(format!("{}()", id.name));
            }
            InlineExpression::Placeable { expression } => self.read_expression(expression),
        }
    }

    /// The variables of a message, and of those that it refers to.
    ///
    /// # Errors
    /// The reference that is not in these entries, or that leads back to where it came from.
    pub(crate) fn variables_of<'u>(
        message: &str,
        entries: &'u BTreeMap<String, Self>,
    ) -> Result<BTreeSet<&'u str>, String> {
        let mut variables = BTreeSet::new();
        follow(message, entries, &mut Vec::new(), &mut variables)?;
        Ok(variables)
    }
}

/// Follows the references of an entry, on the way from those that lead to it. A term's variables are told by whoever refers to
/// it, so they are none of the message's.
fn follow<'u>(
    name: &str,
    entries: &'u BTreeMap<String, Uses>,
    way: &mut Vec<String>,
    variables: &mut BTreeSet<&'u str>,
) -> Result<(), String> {
    let uses =
        entries.get(name).filter(|_| !way.iter().any(|on| on == name)).ok_or_else(|| name.to_owned())?;
    if !name.starts_with('-') {
        variables.extend(uses.variables.iter().map(String::as_str));
    }
    way.push(name.to_owned());
    for entry in &uses.entries {
        follow(entry, entries, way, variables)?;
    }
    way.pop();
    Ok(())
}
