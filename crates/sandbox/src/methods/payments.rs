//! `sendInvoice` and `answerPreCheckoutQuery`.

use crate::chat::Invoice;
use crate::limits;
use crate::markup::{Action, Button};
use crate::params::Params;
use crate::reply::Refusal;
use crate::text::FormattedText;
use crate::world::World;
use serde_json::Value;
use std::sync::Arc;

impl World {
    /// Without buttons of its own an invoice gets one that pays.
    pub(crate) fn send_invoice(&mut self, params: &Params, now_ms: i64) -> Result<Value, Refusal> {
        let invoice = invoice(params)?;
        let pay = Button {
            text: format!("Pay {}", price(&invoice.currency, invoice.amount)),
            action: Action::Other("pay".into(), "true".into()),
        };
        self.send(params, FormattedText::default(), now_ms, |message| {
            message.keyboard.get_or_insert_with(|| Arc::new(vec![vec![pay]]));
            message.invoice = Some(Box::new(invoice));
        })
    }

    /// A yes lets the money flow; a no tells the person why.
    pub(crate) fn answer_pre_checkout_query(
        &mut self,
        params: &Params,
        now_ms: i64,
    ) -> Result<Value, Refusal> {
        let id = params.text("pre_checkout_query_id").unwrap_or_default();
        let is_ok = params.flag("ok");
        if !is_ok && params.text("error_message").is_none_or(|text| text.is_empty()) {
            return Err(Refusal::exact("error message must be non-empty"));
        }
        let too_old = "query is too old and response timeout expired or query ID is invalid";
        let checkout = self.checkouts.close(&id, now_ms).ok_or(Refusal::exact(too_old))?;
        if is_ok {
            self.pay_invoice(checkout.index as usize, checkout.message_id, now_ms);
        }
        Ok(Value::Bool(true))
    }
}

/// An amount as a person reads it. The sandbox takes two decimals for every currency but Stars.
fn price(currency: &str, amount: i64) -> String {
    if currency == "XTR" {
        format!("⭐️{amount}")
    } else {
        format!("{currency} {}.{:02}", amount / 100, amount % 100)
    }
}

fn invoice(params: &Params) -> Result<Invoice, Refusal> {
    let needed = |name: &str, title: &str| {
        let text = params.text(name).unwrap_or_default();
        if text.is_empty() { Err(Refusal::bad(format!("{title} must be non-empty"))) } else { Ok(text) }
    };
    let title = needed("title", "Title")?;
    let description = needed("description", "Description")?;
    let payload = needed("payload", "Payload")?;
    let currency = needed("currency", "Currency")?;
    if title.chars().count() > limits::INVOICE_TITLE_CHARS_MAX
        || description.chars().count() > limits::INVOICE_DESCRIPTION_CHARS_MAX
    {
        return Err(Refusal::exact("MESSAGE_TOO_LONG"));
    }
    if payload.len() > limits::INVOICE_PAYLOAD_BYTES_MAX {
        return Err(Refusal::exact("INVOICE_PAYLOAD_INVALID"));
    }
    if currency.len() != 3 || !currency.bytes().all(|b| b.is_ascii_uppercase()) {
        return Err(Refusal::exact("CURRENCY_INVALID"));
    }
    let prices = match params.nested("prices") {
        Ok(Some(Value::Array(prices))) => prices,
        _ => return Err(Refusal::exact("expected an Array of LabeledPrice")),
    };
    let is_stars = currency == "XTR";
    let amounts: Option<Vec<i64>> = prices.iter().map(|price| price["amount"].as_i64()).collect();
    let amount =
        amounts.as_ref().and_then(|list| list.iter().try_fold(0_i64, |sum, one| sum.checked_add(*one)));
    let amount = amount.filter(|amount| *amount > 0 && (!is_stars || prices.len() == 1));
    let amount = amount.ok_or(Refusal::exact("CURRENCY_TOTAL_AMOUNT_INVALID"))?;
    let has_provider = params.text("provider_token").is_some_and(|token| !token.is_empty());
    if !is_stars && !has_provider {
        return Err(Refusal::exact("PAYMENT_PROVIDER_INVALID"));
    }
    let start_parameter = params.text("start_parameter").unwrap_or_default();
    Ok(Invoice { title, description, payload, currency, amount, start_parameter })
}
