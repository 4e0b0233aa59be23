//! What a new workspace begins with.

use domain::expression::{TimeField, build};
use domain::ids::StageId;
use serde_json::Value;
use store::stages::Stage;

/// The default lifecycle stages, in their order.
pub(super) fn stages() -> Vec<Stage> {
    vec![
        stage("churned", "gray", build::older_than(TimeField::LastInteraction, build::days(30))),
        stage("customer", "green", build::event(build::happened("conversion"))),
        stage("new", "blue", build::not(build::event(build::happened("interaction")))),
        stage("active", "teal", build::within(TimeField::LastInteraction, build::days(7))),
        stage("cooling", "amber", build::everyone()),
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
