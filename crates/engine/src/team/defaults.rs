//! What a new workspace begins with (DESIGN section 1).

use domain::ids::StageId;
use serde_json::{Value, json};
use store::stages::Stage;

/// The default lifecycle stages, in their order.
pub(super) fn stages() -> Vec<Stage> {
    vec![
        stage("churned", "gray", json!({"last_interaction": {"older_than": "30d"}})),
        stage("customer", "green", json!({"event": {"kind": "conversion"}})),
        stage("new", "blue", json!({"not": {"event": {"kind": "interaction"}}})),
        stage("active", "teal", json!({"last_interaction": {"within": "7d"}})),
        stage("cooling", "amber", json!({"all": []})),
    ]
}

fn stage(name: &str, color: &str, expression: Value) -> Stage {
    // 0 asks for a new id.
    Stage { id: StageId(0), name: name.into(), color: color.into(), expression }
}

#[cfg(test)]
mod tests {
    use domain::expression::Expression;

    #[test]
    fn default_rules_are_expressions_and_the_last_takes_everybody() {
        let stages = super::stages();
        for stage in &stages {
            let read = Expression::parse(&stage.expression).unwrap();
            assert_eq!(read.to_json(), stage.expression, "{}", stage.name);
        }
        assert_eq!(stages.last().map(|stage| &stage.expression), Some(&serde_json::json!({"all": []})));
    }
}
