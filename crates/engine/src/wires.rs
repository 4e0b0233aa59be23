//! What a campaign's buttons carry to one person and back: signed press data, tracked links.

use domain::ids::{BotId, CampaignId, ContactNumber};
use domain::message::{Action, Button, ButtonWire, Message, Outgoing, Variables};
use store::contacts::Contact;

use crate::Secrets;
use crate::tokens::{self, Click};

/// What travels with a campaign's buttons for one person.
pub struct Wires<'a> {
    pub secrets: &'a Secrets,
    pub public_url: &'a str,
    pub bot: BotId,
    pub contact: ContactNumber,
    pub campaign: CampaignId,
    /// A test of the message: what comes back from it answers nothing.
    pub test: bool,
}

impl Wires<'_> {
    /// The campaign's message as this person gets it.
    pub fn render(&self, message: &Message, contact: &Contact) -> Outgoing {
        let variables = Variables { profile: &contact.profile, attributes: &contact.attributes };
        message.render(variables, |row, column, button| self.of(row, column, button))
    }

    fn of(&self, row: usize, column: usize, button: &Button) -> ButtonWire {
        match &button.action {
            Action::Press(_) => ButtonWire::Press(tokens::campaign_press(
                self.secrets,
                self.bot,
                self.contact,
                self.campaign,
                (row, column),
                self.test,
            )),
            Action::Url { url, tracked: false } => ButtonWire::Url(url.clone()),
            Action::Url { tracked: true, .. } => {
                let Self { bot, contact, campaign, test, .. } = *self;
                let click = Click { bot, contact, campaign, row, column, test };
                ButtonWire::Url(format!("{}/c/{}", self.public_url, click.token(self.secrets)))
            }
        }
    }
}
