//! What a workspace calls things: tags, segments, stages, attributes and campaigns, read in one transaction.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono_tz::Tz;
use domain::cells::Kind;
use domain::expression::{Catalog, Expression, Resolved, resolve};
use domain::ids::{BotId, CampaignId, SegmentId, StageId, TagId, WorkspaceId};
use domain::naming::name_key;
use serde_json::Value;
use store::{ReadTx, campaigns, segments, stages, tags, team};

use crate::attributes::known_spelling;
use crate::{EngineError, Result};

/// The names of a workspace, seen from one of its bots.
pub struct WorkspaceCatalog {
    tags: HashMap<String, TagId>,
    /// By the normal form of their names; of several the oldest.
    tags_by_key: HashMap<String, TagId>,
    segments: HashMap<SegmentId, Expression>,
    stages: Vec<(StageId, String, Expression)>,
    campaigns: HashSet<CampaignId>,
    attributes: BTreeMap<String, Option<Kind>>,
    /// The workspace's time zone: its days begin there.
    pub zone: Tz,
}

impl WorkspaceCatalog {
    /// Reads the names.
    ///
    /// # Errors
    /// The database failed, or a stored expression is none: the row was changed from outside.
    pub fn load(tx: &ReadTx<'_>, workspace: WorkspaceId, bot: BotId) -> Result<Self> {
        let stored = |what: &str, value: &Value| {
            Expression::parse(value).map_err(|errors| {
                EngineError::Internal(format!("a stored {what} cannot be read: {errors:?}"))
            })
        };
        let mut segment_map = HashMap::new();
        for segment in segments::list(tx, workspace, Some(bot))? {
            segment_map.insert(segment.id, stored("segment", &segment.expression)?);
        }
        let mut stage_list = Vec::new();
        for stage in stages::list(tx, workspace)? {
            let expression = stored("stage", &stage.expression)?;
            stage_list.push((stage.id, stage.name, expression));
        }
        let tags: HashMap<String, TagId> =
            tags::list(tx, workspace)?.into_iter().map(|tag| (tag.name, tag.id)).collect();
        let mut tags_by_key: HashMap<String, TagId> = HashMap::with_capacity(tags.len());
        for (name, id) in &tags {
            let oldest = tags_by_key.entry(name_key(name)).or_insert(*id);
            *oldest = (*oldest).min(*id);
        }
        Ok(Self {
            tags,
            tags_by_key,
            segments: segment_map,
            stages: stage_list,
            campaigns: campaigns::frozen(tx, bot)?.into_iter().collect(),
            attributes: tags::attribute_kinds(tx, workspace)?.into_iter().collect(),
            zone: zone_of(tx, workspace)?,
        })
    }

    /// Reads and resolves an expression from outside.
    ///
    /// # Errors
    /// [`EngineError::Invalid`] with every fault, its path below `prefix`.
    pub fn resolve_at(&self, prefix: &str, value: &Value) -> Result<(Expression, Resolved)> {
        let expression = Expression::parse(value).map_err(|errors| EngineError::under(prefix, errors))?;
        let resolved = resolve(&expression, self).map_err(|errors| EngineError::under(prefix, errors))?;
        Ok((expression, resolved))
    }

    /// The stages' own rules in order, by name: a person's stage is the first that matches.
    ///
    /// # Errors
    /// A stage's rule names something that is gone.
    pub fn stage_rules(&self) -> Result<Vec<(String, Resolved)>> {
        let mut all = Vec::with_capacity(self.stages.len());
        for (_, name, rule) in &self.stages {
            let resolved = resolve(rule, self).map_err(|errors| EngineError::under("/stages", errors))?;
            all.push((name.clone(), resolved));
        }
        Ok(all)
    }

    /// The stages in order, each resolved as "this stage".
    ///
    /// # Errors
    /// A stage's rule names something that is gone.
    pub fn resolved_stages(&self) -> Result<Vec<(StageId, String, Resolved)>> {
        let mut all = Vec::with_capacity(self.stages.len());
        for (id, name, _) in &self.stages {
            let is = Expression::Stage(vec![name.clone()]);
            let resolved = resolve(&is, self).map_err(|errors| EngineError::under("/stages", errors))?;
            all.push((*id, name.clone(), resolved));
        }
        Ok(all)
    }
}

/// The time zone of a workspace; UTC where it names none that is known.
pub fn zone_of(tx: &ReadTx<'_>, workspace: WorkspaceId) -> Result<Tz> {
    let found = team::workspace(tx, workspace)?.ok_or(EngineError::NotFound("workspace"))?;
    Ok(found.time_zone.parse().unwrap_or(Tz::UTC))
}

impl Catalog for WorkspaceCatalog {
    fn tag(&self, name: &str) -> Option<TagId> {
        self.tags.get(name).or_else(|| self.tags_by_key.get(&name_key(name))).copied()
    }

    fn segment(&self, id: SegmentId) -> Option<Expression> {
        self.segments.get(&id).cloned()
    }

    fn stages(&self) -> &[(StageId, String, Expression)] {
        &self.stages
    }

    fn campaign(&self, id: CampaignId) -> bool {
        self.campaigns.contains(&id)
    }

    fn attribute_known(&self, key: &str) -> bool {
        self.attributes.contains_key(key)
    }

    fn attribute_spelling(&self, key: &str) -> Option<String> {
        known_spelling(&self.attributes, key)
    }

    fn attribute_kind(&self, key: &str) -> Option<Kind> {
        self.attributes.get(key).copied().flatten()
    }
}
