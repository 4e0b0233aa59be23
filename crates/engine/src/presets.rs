//! The behaviour segments that every bot begins with: who is active, and who is dormant. They are segments as any
//! other: adjusted, renamed or deleted, and never made again.

use domain::expression::{TimeField, build};
use domain::ids::{BotId, SegmentId, WorkspaceId};
use domain::time::Millis;
use serde_json::Value;
use store::segments::{self, Segment};
use store::{Result, WriteTx};

/// In which words what the server makes itself is named.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Language {
    #[default]
    English,
    Chinese,
}

struct Preset {
    names: [&'static str; 2],
    descriptions: [&'static str; 2],
    expression: fn() -> Value,
}

/// By language: English, Chinese.
const PRESETS: [Preset; 2] = [
    Preset {
        names: ["Active users", "活跃用户"],
        descriptions: ["At least one interaction in the last 7 days.", "最近 7 天内至少有一次互动。"],
        expression: || build::within(TimeField::LastInteraction, build::days(7)),
    },
    Preset {
        names: ["Dormant users", "沉睡用户"],
        descriptions: ["No interaction for more than 30 days.", "超过 30 天没有互动。"],
        expression: || build::older_than(TimeField::LastInteraction, build::days(30)),
    },
];

/// Gives a new bot its segments.
///
/// # Errors
/// The database failed.
pub fn add(
    tx: &WriteTx<'_>,
    workspace: WorkspaceId,
    bot: BotId,
    language: Language,
    now: Millis,
) -> Result<()> {
    let place = usize::from(language == Language::Chinese);
    for preset in &PRESETS {
        let segment = Segment {
            id: SegmentId(0),
            bot,
            name: preset.names[place].into(),
            description: preset.descriptions[place].into(),
            expression: (preset.expression)(),
            version: 1,
            created_at: now,
            updated_at: now,
        };
        segments::insert(tx, workspace, &segment)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_house::{House, NOW};

    #[tokio::test]
    async fn a_new_bot_has_its_active_and_dormant_users() {
        let house = House::new().await;
        let (workspace, bot) = (house.workspace, house.bot);
        for (language, names) in [
            (Language::English, ["Active users", "Dormant users"]),
            (Language::Chinese, ["沉睡用户", "活跃用户"]),
        ] {
            let made = house
                .write(move |tx| {
                    for old in segments::list(tx, workspace, Some(bot))? {
                        segments::delete(tx, workspace, old.id)?;
                    }
                    add(tx, workspace, bot, language, NOW)?;
                    Ok(segments::list(tx, workspace, Some(bot))?)
                })
                .await;
            assert_eq!(made.iter().map(|segment| segment.name.as_str()).collect::<Vec<_>>(), names);
            for segment in &made {
                domain::expression::Expression::parse(&segment.expression).unwrap();
            }
        }
    }
}
