//! In what encoding a table is written: judged once, over all of its bytes, and read strictly. Nothing that is not
//! what its encoding says goes in.

use std::io::{Error, ErrorKind, Read, Result as IoResult};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use domain::field_error::FieldError;
use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE};

use crate::{EngineError, Result};

/// Bytes that are read at once.
const PIECE: usize = 64 << 10;
/// A file with this many whole characters of UTF-8 for each broken one is UTF-8 with damage, not of another encoding.
const WHOLE_FOR_EACH_BROKEN: u64 = 8;

/// Finds out the encoding, reading to the end.
pub(super) fn judge(input: &mut impl Read) -> IoResult<&'static Encoding> {
    let mut look = Look::default();
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    let mut piece = vec![0_u8; PIECE];
    let mut begin: Vec<u8> = Vec::with_capacity(4);
    loop {
        let count = input.read(&mut piece)?;
        let bytes = &piece[..count];
        begin.extend(bytes.iter().take(4 - begin.len().min(4)));
        look.add(bytes, count == 0);
        detector.feed(bytes, count == 0);
        if count == 0 {
            break;
        }
    }
    if let Some((marked, _)) = Encoding::for_bom(&begin) {
        return Ok(marked);
    }
    Ok(match begin[..] {
        // The head is made of our own names: in UTF-16 every second byte is zero.
        [0, after, ..] if after != 0 => UTF_16BE,
        [first, 0, ..] if first != 0 => UTF_16LE,
        _ if look.is_utf8() => UTF_8,
        _ => detector.guess(None, Utf8Detection::Deny),
    })
}

/// Counts whole and broken characters beyond ASCII, as UTF-8.
#[derive(Default)]
struct Look {
    whole: u64,
    broken: u64,
    /// The beginning of a character that the last piece ended with.
    open: Vec<u8>,
}

impl Look {
    fn add(&mut self, bytes: &[u8], is_end: bool) {
        let mut held = std::mem::take(&mut self.open);
        held.extend_from_slice(bytes);
        let mut rest = &held[..];
        loop {
            match std::str::from_utf8(rest) {
                Ok(text) => return self.count(text),
                Err(error) => {
                    let (sound, after) = rest.split_at(error.valid_up_to());
                    self.count(std::str::from_utf8(sound).unwrap_or_default());
                    match error.error_len() {
                        Some(length) => {
                            self.broken += 1;
                            rest = &after[length..];
                        }
                        None => {
                            self.broken += u64::from(is_end);
                            self.open = after.to_vec();
                            return;
                        }
                    }
                }
            }
        }
    }

    fn count(&mut self, text: &str) {
        self.whole += text.chars().filter(|c| !c.is_ascii()).count() as u64;
    }

    fn is_utf8(&self) -> bool {
        self.broken == 0 || self.whole > WHOLE_FOR_EACH_BROKEN * self.broken
    }
}

/// The encoding that somebody names.
///
/// # Errors
/// There is none of that name, or none that a table is written in.
pub(super) fn named(label: &str) -> Result<&'static Encoding> {
    let found = Encoding::for_label_no_replacement(label.trim().as_bytes());
    found.ok_or_else(|| {
        let message =
            format!("is no encoding: {:?}; try utf-8, utf-16le, windows-1251 or gb18030", label.trim());
        EngineError::field("/encoding", "unknown_encoding", message)
    })
}

/// The refusal of a table that is not UTF-8: what it seems to be, and what to do.
pub(super) fn not_utf8(seems: &'static Encoding) -> EngineError {
    let (name, label) = (seems.name(), seems.name().to_ascii_lowercase());
    let message = format!(
        "is not UTF-8 but, as it seems, {name}: save it as \"CSV UTF-8\", or have it read as {name} with \
         encoding={label}"
    );
    EngineError::Invalid(vec![
        FieldError { path: "/file".into(), code: "not_utf8", message },
        FieldError { path: "/encoding".into(), code: "suggested", message: label },
    ])
}

/// Reads a table as UTF-8, without a mark. Bytes that the encoding does not know are an error, but in UTF-8: there
/// they pass, and the line that holds them is refused.
pub(super) struct Decoded<R> {
    inner: R,
    decoder: Option<Decoder>,
    /// Bytes that wait to be decoded.
    waiting: Vec<u8>,
    /// Text that waits to be read, and how much of it was.
    text: Vec<u8>,
    told: usize,
    is_begin: bool,
    is_end: bool,
}

impl<R: Read> Decoded<R> {
    pub(super) fn new(inner: R, encoding: &'static Encoding) -> Self {
        let decoder = (encoding != UTF_8).then(|| encoding.new_decoder_with_bom_removal());
        let (waiting, text) = (Vec::new(), Vec::new());
        Self { inner, decoder, waiting, text, told: 0, is_begin: true, is_end: false }
    }

    /// Reads a piece, and makes text of it.
    fn fill(&mut self) -> IoResult<()> {
        let mut piece = vec![0_u8; PIECE];
        let count = self.inner.read(&mut piece)?;
        self.is_end = count == 0;
        self.text.clear();
        self.told = 0;
        let Some(decoder) = &mut self.decoder else {
            self.text.extend_from_slice(&piece[..count]);
            if std::mem::take(&mut self.is_begin) && self.text.starts_with(b"\xef\xbb\xbf") {
                self.told = 3;
            }
            return Ok(());
        };
        self.waiting.extend_from_slice(&piece[..count]);
        let room =
            decoder.max_utf8_buffer_length_without_replacement(self.waiting.len()).unwrap_or(PIECE * 4);
        self.text.resize(room, 0);
        let decoded = decoder.decode_to_utf8_without_replacement(&self.waiting, &mut self.text, self.is_end);
        let (result, read, written) = decoded;
        self.text.truncate(written);
        self.waiting.drain(..read);
        match result {
            DecoderResult::InputEmpty | DecoderResult::OutputFull => Ok(()),
            DecoderResult::Malformed(..) => {
                let name = decoder.encoding().name();
                Err(Error::new(ErrorKind::InvalidData, format!("holds bytes that are not {name}")))
            }
        }
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> IoResult<usize> {
        while self.told == self.text.len() {
            if self.is_end {
                return Ok(0);
            }
            self.fill()?;
        }
        let count = buffer.len().min(self.text.len() - self.told);
        buffer[..count].copy_from_slice(&self.text[self.told..self.told + count]);
        self.told += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use encoding_rs::{SHIFT_JIS, WINDOWS_1251, WINDOWS_1252};
    use std::io::Cursor;

    use super::*;

    const RUSSIAN: &str =
        "telegram_id,first_name,attr.город\n7100000021,Иван,Казань\n7100000022,Ольга,Москва\n";

    /// Gives a byte at a time: no character may depend on where a piece ends.
    struct Dripping<R>(R);

    impl<R: Read> Read for Dripping<R> {
        fn read(&mut self, buffer: &mut [u8]) -> IoResult<usize> {
            self.0.read(&mut buffer[..1])
        }
    }

    fn bytes_of(text: &str, encoding: &'static Encoding) -> Vec<u8> {
        let units = text.encode_utf16();
        match encoding {
            found if found == UTF_16LE => units.flat_map(u16::to_le_bytes).collect(),
            found if found == UTF_16BE => units.flat_map(u16::to_be_bytes).collect(),
            other => other.encode(text).0.into_owned(),
        }
    }

    #[test]
    fn the_encoding_is_told_and_read_back_to_the_letter() {
        let japanese = "telegram_id,first_name\n1,田中さくら\n2,ひらがなとカタカナ\n";
        let french = "telegram_id,first_name\n1,Zoë\n2,François\n3,Hélène\n";
        for (text, encoding) in [
            (RUSSIAN, WINDOWS_1251),
            (RUSSIAN, UTF_16LE),
            (RUSSIAN, UTF_16BE),
            (RUSSIAN, UTF_8),
            (japanese, SHIFT_JIS),
            (french, WINDOWS_1252),
            ("telegram_id\n1\n", UTF_8),
        ] {
            let bytes = bytes_of(text, encoding);
            assert_eq!(judge(&mut Dripping(Cursor::new(&bytes))).unwrap(), encoding, "{text}");
            let mut read = String::new();
            Decoded::new(Dripping(Cursor::new(&bytes)), encoding).read_to_string(&mut read).unwrap();
            assert_eq!(read, text, "{}", encoding.name());
        }
    }

    #[test]
    fn chinese_tables_are_told_as_well() {
        let text = "telegram_id,first_name,attr.城市\n1,张伟,北京市朝阳区\n2,王芳,上海市浦东新区\n";
        let bytes = bytes_of(text, encoding_rs::GB18030);
        let found = judge(&mut Cursor::new(&bytes)).unwrap();
        assert!(["GBK", "gb18030"].contains(&found.name()), "{}", found.name());
        let mut read = String::new();
        Decoded::new(Cursor::new(&bytes), found).read_to_string(&mut read).unwrap();
        assert_eq!(read, text);
    }

    #[test]
    fn a_mark_is_taken_off_and_damage_is_no_other_encoding() {
        let mut marked = vec![0xff, 0xfe];
        marked.extend(bytes_of(RUSSIAN, UTF_16LE));
        assert_eq!(judge(&mut Cursor::new(&marked)).unwrap(), UTF_16LE);
        let mut read = String::new();
        Decoded::new(Cursor::new(&marked), UTF_16LE).read_to_string(&mut read).unwrap();
        assert_eq!(read, RUSSIAN);
        let damaged = [RUSSIAN.as_bytes(), b"3,\xff\n"].concat();
        assert_eq!(judge(&mut Cursor::new(&damaged)).unwrap(), UTF_8);
        let cut =
            Decoded::new(Cursor::new(&marked[..marked.len() - 1]), UTF_16LE).read_to_end(&mut Vec::new());
        assert!(cut.is_err(), "half a character is left at the end");
    }
}
