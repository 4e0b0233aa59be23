//! Amounts of money: everywhere in Muster they are in the currency's own unit, 19.90 and not 1990.

/// How many digits the smallest unit of a currency lies behind its own, as Telegram writes amounts. These differ from
/// two; they are those of Telegram's clients, which are those of ISO 4217 but for a few old ones.
const EXPONENTS: [(&str, u32); 31] = [
    ("BIF", 0),
    ("BYR", 0),
    ("CLP", 0),
    ("CVE", 0),
    ("DJF", 0),
    ("GNF", 0),
    ("ISK", 0),
    ("JPY", 0),
    ("KMF", 0),
    ("KRW", 0),
    ("MGA", 0),
    ("PYG", 0),
    ("RWF", 0),
    ("UGX", 0),
    ("UYI", 0),
    ("VND", 0),
    ("VUV", 0),
    ("XAF", 0),
    ("XOF", 0),
    ("XPF", 0),
    // Telegram Stars have no parts.
    ("XTR", 0),
    ("MRO", 1),
    ("BHD", 3),
    ("IQD", 3),
    ("JOD", 3),
    ("KWD", 3),
    ("LYD", 3),
    ("OMR", 3),
    ("TND", 3),
    ("CLF", 4),
    // Toncoin, of which Telegram counts thousand millionths.
    ("TON", 9),
];

/// The exponent of nearly all currencies.
const EXPONENT_USUAL: u32 = 2;

/// An amount that Telegram gave in a currency's smallest unit, in the currency's own.
pub fn of_smallest_unit(amount: i64, currency: &str) -> f64 {
    let known = EXPONENTS.iter().find(|(code, _)| *code == currency);
    let exponent = known.map_or(EXPONENT_USUAL, |(_, exponent)| *exponent);
    // One division rounds once: the result is the number nearest to what is written 19.90.
    amount as f64 / 10_f64.powi(exponent as i32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_in_the_currencys_own_unit() {
        let cases = [
            (1990, "USD", 19.90),
            (1, "EUR", 0.01),
            (500, "JPY", 500.0),
            (250, "XTR", 250.0),
            (1990, "KWD", 1.99),
            (150_000, "VND", 150_000.0),
            (1990, "UYU", 19.90),
            (2_500_000_000, "TON", 2.5),
            (-1990, "USD", -19.90),
        ];
        for (amount, currency, own) in cases {
            assert_eq!(of_smallest_unit(amount, currency), own, "{amount} {currency}");
        }
    }

    #[test]
    fn what_is_written_with_two_digits_is_read_back_to_the_letter() {
        for amount in 0..100_000_i64 {
            let own = of_smallest_unit(amount, "USD");
            assert_eq!(format!("{own:.2}"), format!("{}.{:02}", amount / 100, amount % 100));
        }
    }
}
