//! What travels with a button and comes back with a press or a click: short, signed, without a table behind it.
//!
//! A person's client can send any `callback_data` it likes. The signature is over the person too, so that a token
//! works for whom it was made and says that a message reached them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::flow::MenuPress;
use domain::ids::{BotId, CampaignId, ContactNumber, FlowId};

use crate::Secrets;

/// Bytes of a signature: 48 bits, tried online only.
const MAC_BYTES: usize = 6;

/// What a press means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Press {
    /// A button of a campaign's message, or of a test of it.
    Campaign { campaign: CampaignId, row: usize, column: usize, test: bool },
    /// A button of a flow's message.
    Flow(MenuPress),
    /// "Get news again", below the answer to `/stop`.
    OptIn,
}

/// The `callback_data` of "get news again".
pub const OPT_IN: &str = "news";

/// The `callback_data` of a campaign's button for one person: at most 64 bytes. A test's is told from the campaign's
/// own: it is pressed to see what happens, and answers nothing.
pub fn campaign_press(
    secrets: &Secrets,
    bot: BotId,
    contact: ContactNumber,
    campaign: CampaignId,
    (row, column): (usize, usize),
    test: bool,
) -> String {
    let parts = [bot.0, i64::from(contact.0), campaign.0, row as i64, column as i64];
    let (letter, purpose) = if test { ('t', "test press") } else { ('c', "campaign press") };
    let mac = URL_SAFE_NO_PAD.encode(secrets.sign::<MAC_BYTES>(purpose, &parts));
    format!("{letter}.{}.{row}.{column}.{mac}", campaign.0)
}

/// The `callback_data` of a flow's button for one person: at most 64 bytes.
pub fn flow_press(secrets: &Secrets, bot: BotId, contact: ContactNumber, press: MenuPress) -> String {
    let MenuPress { flow, version, node, option } = press;
    let parts = [bot.0, i64::from(contact.0), flow.0, version, i64::from(node), i64::from(option)];
    let mac = URL_SAFE_NO_PAD.encode(secrets.sign::<MAC_BYTES>("flow press", &parts));
    format!("f.{flow}.{version}.{node}.{option}.{mac}")
}

/// Reads the `callback_data` that a person's press brought. `None`: not one of ours, or not this person's.
pub fn read_press(secrets: &Secrets, bot: BotId, contact: ContactNumber, data: &str) -> Option<Press> {
    if data == OPT_IN {
        return Some(Press::OptIn);
    }
    let parts: Vec<&str> = data.split('.').collect();
    let number = |text: &str| text.parse::<i64>().ok();
    let place = |text: &str| text.parse::<u16>().ok().map(usize::from);
    let (press, expected) = match parts.as_slice() {
        [letter @ ("c" | "t"), campaign, row, column, _] => {
            let (campaign, row, column) = (CampaignId(number(campaign)?), place(row)?, place(column)?);
            let test = *letter == "t";
            let expected = campaign_press(secrets, bot, contact, campaign, (row, column), test);
            (Press::Campaign { campaign, row, column, test }, expected)
        }
        ["f", flow, version, node, option, _] => {
            let press = MenuPress {
                flow: FlowId(number(flow)?),
                version: number(version)?,
                node: node.parse().ok()?,
                option: option.parse().ok()?,
            };
            (Press::Flow(press), flow_press(secrets, bot, contact, press))
        }
        _ => return None,
    };
    same(&expected, data).then_some(press)
}

/// Which link of which message a person followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Click {
    pub bot: BotId,
    pub contact: ContactNumber,
    pub campaign: CampaignId,
    pub row: usize,
    pub column: usize,
    /// Of a test of the message: it leads on and is nobody's answer.
    pub test: bool,
}

const CLICK_BYTES: usize = 4 + 4 + 8 + 1 + 1;

impl Click {
    /// The token in `/c/{token}`.
    pub fn token(&self, secrets: &Secrets) -> String {
        let mut bytes = Vec::with_capacity(CLICK_BYTES + MAC_BYTES);
        bytes.extend_from_slice(&(self.bot.0 as u32).to_be_bytes());
        bytes.extend_from_slice(&self.contact.0.to_be_bytes());
        bytes.extend_from_slice(&self.campaign.0.to_be_bytes());
        bytes.extend_from_slice(&[self.row as u8, self.column as u8]);
        bytes.extend_from_slice(&self.mac(secrets));
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads a token. `None`: not one of ours.
    pub fn read(secrets: &Secrets, token: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (body, mac) = bytes.split_at_checked(CLICK_BYTES).filter(|(_, mac)| mac.len() == MAC_BYTES)?;
        let mut click = Self {
            bot: BotId(i64::from(u32::from_be_bytes(body[0..4].try_into().ok()?))),
            contact: ContactNumber(u32::from_be_bytes(body[4..8].try_into().ok()?)),
            campaign: CampaignId(i64::from_be_bytes(body[8..16].try_into().ok()?)),
            row: usize::from(body[16]),
            column: usize::from(body[17]),
            test: false,
        };
        // Only its signature tells a test.
        for test in [false, true] {
            click.test = test;
            if bool::from(subtle::ConstantTimeEq::ct_eq(click.mac(secrets).as_slice(), mac)) {
                return Some(click);
            }
        }
        None
    }

    fn mac(&self, secrets: &Secrets) -> [u8; MAC_BYTES] {
        secrets.sign::<MAC_BYTES>(if self.test { "test click" } else { "click" }, &self.parts())
    }

    fn parts(&self) -> [i64; 5] {
        [self.bot.0, i64::from(self.contact.0), self.campaign.0, self.row as i64, self.column as i64]
    }
}

/// Before the payload of a visit: payloads of flows and of members begin otherwise, or are no such token.
const VISIT_PREFIX: char = 'v';

/// The start payload that names a visit to one bot: 20 of `A-Za-z0-9_-`, of the 64 that Telegram takes.
pub fn visit_payload(secrets: &Secrets, bot: BotId, visit: i64) -> String {
    let mut bytes = Vec::with_capacity(8 + MAC_BYTES);
    bytes.extend_from_slice(&visit.to_be_bytes());
    bytes.extend_from_slice(&secrets.sign::<MAC_BYTES>("visit", &[bot.0, visit]));
    format!("{VISIT_PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes))
}

/// Reads a start payload. `None`: it names no visit to this bot.
pub fn read_visit(secrets: &Secrets, bot: BotId, payload: &str) -> Option<i64> {
    let bytes = URL_SAFE_NO_PAD.decode(payload.strip_prefix(VISIT_PREFIX)?).ok()?;
    let visit = i64::from_be_bytes(bytes.get(..8)?.try_into().ok()?);
    same(&visit_payload(secrets, bot, visit), payload).then_some(visit)
}

fn same(expected: &str, given: &str) -> bool {
    subtle::ConstantTimeEq::ct_eq(expected.as_bytes(), given.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_press_works_for_whom_it_was_made_and_fits() {
        let secrets = Secrets::from_bytes([3; 64]);
        let (bot, person) = (BotId(9), ContactNumber(70_000));
        let of = |test| campaign_press(&secrets, bot, person, CampaignId(i64::MAX), (99, 7), test);
        for test in [false, true] {
            let press = Press::Campaign { campaign: CampaignId(i64::MAX), row: 99, column: 7, test };
            assert_eq!(read_press(&secrets, bot, person, &of(test)), Some(press));
        }
        assert_eq!(read_press(&secrets, bot, person, &of(true).replacen('t', "c", 1)), None);
        let data = of(false);
        assert!(data.len() <= 64, "{data}");
        assert_eq!(read_press(&secrets, bot, ContactNumber(70_001), &data), None);
        assert_eq!(read_press(&secrets, BotId(8), person, &data), None);
        let press = MenuPress { flow: FlowId(123_456_789), version: 400, node: 499, option: 99 };
        let flow = flow_press(&secrets, bot, person, press);
        assert!(flow.len() <= 64, "{flow}");
        assert_eq!(read_press(&secrets, bot, person, &flow), Some(Press::Flow(press)));
    }

    #[test]
    fn a_visits_payload_fits_and_is_one_bots() {
        let secrets = Secrets::from_bytes([3; 64]);
        let payload = visit_payload(&secrets, BotId(9), i64::MAX);
        assert!(
            payload.len() <= 64 && payload.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b))
        );
        assert_eq!(read_visit(&secrets, BotId(9), &payload), Some(i64::MAX));
        assert_eq!(read_visit(&secrets, BotId(8), &payload), None);
        for garbage in ["", "v", "vip", "fb-summer", "me_abc", &payload[..19], &format!("{payload}A")] {
            assert_eq!(read_visit(&secrets, BotId(9), garbage), None, "{garbage}");
        }
    }

    #[test]
    fn a_click_token_is_read_back_and_cannot_be_changed() {
        let secrets = Secrets::from_bytes([3; 64]);
        let click = Click {
            bot: BotId(2),
            contact: ContactNumber(u32::MAX),
            campaign: CampaignId(1 << 40),
            row: 3,
            column: 1,
            test: false,
        };
        let test = Click { test: true, ..click };
        assert_eq!(Click::read(&secrets, &test.token(&secrets)), Some(test));
        let token = click.token(&secrets);
        assert_eq!(Click::read(&secrets, &token), Some(click));
        for place in 0..token.len() {
            let mut bytes = token.clone().into_bytes();
            bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(bytes).unwrap();
            assert_ne!(Click::read(&secrets, &changed), Some(click), "{changed}");
        }
    }
}
