//! What uploaded bytes are: their content type, and how large a picture is.

/// Width and height in pixels.
pub type Size = (u32, u32);

/// The content type that the bytes themselves show.
pub fn content_type(bytes: &[u8]) -> Option<&'static str> {
    let is_riff = |kind: &[u8]| bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(kind);
    Some(match bytes {
        _ if bytes.starts_with(b"\x89PNG\r\n\x1a\n") => "image/png",
        _ if bytes.starts_with(b"\xff\xd8\xff") => "image/jpeg",
        _ if bytes.starts_with(b"GIF8") => "image/gif",
        _ if is_riff(b"WEBP") => "image/webp",
        _ if bytes.starts_with(b"%PDF-") => "application/pdf",
        _ if bytes.get(4..8) == Some(b"ftyp") => "video/mp4",
        _ if bytes.starts_with(b"\x1a\x45\xdf\xa3") => "video/webm",
        _ if bytes.starts_with(b"PK\x03\x04") => "application/zip",
        _ => return None,
    })
}

/// The size of a PNG, JPEG, GIF or WebP picture, if the bytes are one.
pub fn size(bytes: &[u8]) -> Option<Size> {
    let found = match content_type(bytes)? {
        "image/png" => (big(bytes, 16, 4)?, big(bytes, 20, 4)?),
        "image/gif" => (little(bytes, 6, 2)?, little(bytes, 8, 2)?),
        "image/webp" => webp(bytes)?,
        "image/jpeg" => jpeg(bytes)?,
        _ => return None,
    };
    (found.0 > 0 && found.1 > 0).then_some(found)
}

fn big(bytes: &[u8], at: usize, count: usize) -> Option<u32> {
    Some(bytes.get(at..at + count)?.iter().fold(0, |number, b| number << 8 | u32::from(*b)))
}

fn little(bytes: &[u8], at: usize, count: usize) -> Option<u32> {
    Some(bytes.get(at..at + count)?.iter().rev().fold(0, |number, b| number << 8 | u32::from(*b)))
}

fn webp(bytes: &[u8]) -> Option<Size> {
    match bytes.get(12..16)? {
        b"VP8X" => Some((little(bytes, 24, 3)? + 1, little(bytes, 27, 3)? + 1)),
        b"VP8L" => {
            let packed = little(bytes, 21, 4)?;
            Some(((packed & 0x3fff) + 1, (packed >> 14 & 0x3fff) + 1))
        }
        _ => Some((little(bytes, 26, 2)? & 0x3fff, little(bytes, 28, 2)? & 0x3fff)),
    }
}

/// Walks from marker to marker until a frame header tells the size.
fn jpeg(bytes: &[u8]) -> Option<Size> {
    let mut at = 2;
    loop {
        let marker = big(bytes, at, 2)?;
        let is_frame = matches!(marker, 0xffc0..=0xffcf) && !matches!(marker, 0xffc4 | 0xffc8 | 0xffcc);
        if is_frame {
            return Some((big(bytes, at + 7, 2)?, big(bytes, at + 5, 2)?));
        }
        if marker < 0xff00 {
            return None;
        }
        at += 2 + big(bytes, at + 2, 2)? as usize;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_sizes_and_takes_no_pretence() {
        let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
        png.extend([0, 0, 2, 128, 0, 0, 1, 224, 8, 2, 0, 0, 0]);
        assert_eq!(size(&png), Some((640, 480)));
        let jpeg =
            [&b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x11\x08\x00\x10\x00\x20"[..], &[0; 12]].concat();
        assert_eq!(size(&jpeg), Some((32, 16)));
        assert_eq!(size(b"GIF89a\x05\x00\x07\x00"), Some((5, 7)));
        assert_eq!(size(b"<svg/>"), None);
        assert_eq!(size(b"\xff\xd8\xff"), None, "a picture that was cut off");
        assert_eq!(content_type(b"%PDF-1.7"), Some("application/pdf"));
    }
}
