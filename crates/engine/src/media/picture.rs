//! What bytes are, by their beginning, and how large a picture is.

/// Width and height in pixels.
pub(super) type Size = (u32, u32);

/// The content type that the bytes themselves show; nothing that the sender says of them counts.
pub fn content_type(bytes: &[u8]) -> &'static str {
    let starts = |magic: &[u8]| bytes.starts_with(magic);
    let at = |from: usize, magic: &[u8]| bytes.get(from..from + magic.len()) == Some(magic);
    if starts(b"\x89PNG\r\n\x1a\n") {
        "image/png"
    } else if starts(&[0xff, 0xd8, 0xff]) {
        "image/jpeg"
    } else if starts(b"GIF87a") || starts(b"GIF89a") {
        "image/gif"
    } else if starts(b"RIFF") && at(8, b"WEBP") {
        "image/webp"
    } else if at(4, b"ftyp") {
        "video/mp4"
    } else if starts(b"%PDF-") {
        "application/pdf"
    } else if starts(b"PK\x03\x04") {
        "application/zip"
    } else if std::str::from_utf8(bytes).is_ok_and(|text| !text.contains('\0')) {
        "text/plain"
    } else {
        "application/octet-stream"
    }
}

/// The size of a PNG, JPEG or WebP picture, as far as its head tells.
pub(super) fn size(bytes: &[u8]) -> Option<Size> {
    let found = match content_type(bytes) {
        "image/png" => (be32(bytes, 16)?, be32(bytes, 20)?),
        "image/jpeg" => jpeg(bytes)?,
        "image/webp" => webp(bytes)?,
        _ => return None,
    };
    (found.0 > 0 && found.1 > 0).then_some(found)
}

fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn be16(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?)))
}

fn le(bytes: &[u8], at: usize, count: usize) -> Option<u32> {
    Some(bytes.get(at..at + count)?.iter().rev().fold(0, |number, byte| number << 8 | u32::from(*byte)))
}

/// Segments follow each other, each with its length, until a frame's head tells the size.
fn jpeg(bytes: &[u8]) -> Option<Size> {
    let mut at = 2;
    while *bytes.get(at)? == 0xff {
        match *bytes.get(at + 1)? {
            // Tables that look like frames by their number.
            0xc4 | 0xc8 | 0xcc => {}
            0xc0..=0xcf => return Some((be16(bytes, at + 7)?, be16(bytes, at + 5)?)),
            _ => {}
        }
        at += 2 + usize::try_from(be16(bytes, at + 2)?).ok()?;
    }
    None
}

fn webp(bytes: &[u8]) -> Option<Size> {
    match bytes.get(12..16)? {
        b"VP8X" => Some((le(bytes, 24, 3)? + 1, le(bytes, 27, 3)? + 1)),
        b"VP8L" => {
            let bits = le(bytes, 21, 4)?;
            Some(((bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1))
        }
        b"VP8 " => Some((le(bytes, 26, 2)? & 0x3fff, le(bytes, 28, 2)? & 0x3fff)),
        _ => None,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// The head of a PNG of this size, which is all that is looked at.
    pub fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
        bytes.extend(width.to_be_bytes());
        bytes.extend(height.to_be_bytes());
        bytes.extend([8, 2, 0, 0, 0]);
        bytes
    }

    #[test]
    fn bytes_say_what_they_are() {
        assert_eq!((content_type(&png(3, 4)), size(&png(3, 4))), ("image/png", Some((3, 4))));
        let jpeg = b"\xff\xd8\xff\xe0\x00\x04xx\xff\xc4\x00\x03x\xff\xc2\x00\x11\x08\x01\x00\x02\x00";
        assert_eq!((content_type(jpeg), size(jpeg)), ("image/jpeg", Some((512, 256))));
        let webp = b"RIFF\0\0\0\0WEBPVP8X\0\0\0\0\0\0\0\0\x09\0\0\x13\0\0";
        assert_eq!((content_type(webp), size(webp)), ("image/webp", Some((10, 20))));
        assert_eq!(content_type(b"\0\0\0\x18ftypisom"), "video/mp4");
        assert_eq!(content_type("<svg onload=alert(1)>".as_bytes()), "text/plain");
        assert_eq!(content_type(&[0, 159, 146, 150]), "application/octet-stream");
        assert_eq!(size(b"\xff\xd8\xff\xe0"), None);
    }
}
