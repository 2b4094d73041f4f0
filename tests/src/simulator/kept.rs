//! Plans that are kept as files: each broke an invariant once, and must break none now.
//!
//! A seed says what a plan is only as long as plans are drawn as they were; a file says it whatever is drawn since. It is
//! written, cut down, by `simulate --seed N --save FILE`, and lived through again by `simulate --plan FILE`.

use serde::{Deserialize, Serialize};

use super::plan::Plan;

/// A plan, and why it is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeptPlan {
    /// What was wrong, in a sentence.
    pub broke: String,
    /// What was left of the plan.
    #[serde(flatten)]
    pub plan: Plan,
}

impl KeptPlan {
    /// Reads a file's text.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub fn parse(text: &str) -> Result<Self, String> {
        serde_json::from_str(text).map_err(|why| why.to_string())
    }

    /// A file's text: JSON, with each realm and each step on a line of its own, so that a change shows where it is.
    #[must_use]
    pub fn to_text(&self) -> String {
        let Plan { seed, settings, calm, steps, simple, forgetful } = &self.plan;
        format!(
            "{{\n\"broke\": {},\n\"seed\": {seed},\n\"simple\": {simple},\n\"forgetful\": {forgetful},\n\
             \"calm\": {},\n\"settings\": {},\n\"steps\": {}\n}}\n",
            json(&self.broke),
            json(calm),
            lines(settings),
            lines(steps),
        )
    }
}

fn json<T: Serialize + ?Sized>(value: &T) -> String {
    serde_json::to_string(value).unwrap()
}

/// A list, an item a line.
fn lines<T: Serialize>(all: &[T]) -> String {
    let all: Vec<_> = all.iter().map(json).collect();
    format!("[\n{}\n]", all.join(",\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_is_read_again_as_it_was_written() {
        for seed in 1..50 {
            let kept = KeptPlan { broke: "the \"rule\"\nof two lines".to_owned(), plan: Plan::drawn(seed) };
            let again = KeptPlan::parse(&kept.to_text()).unwrap();
            assert_eq!(format!("{again:?}"), format!("{kept:?}"), "seed {seed}");
        }
        assert!(KeptPlan::parse("{\"broke\": \"it\"}").unwrap_err().contains("seed"));
    }
}
