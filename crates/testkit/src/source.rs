//! Rust source as text: what is code, what stands in string literals, how long its functions are.
//!
//! No parser, only the lexical rules that tidy checks need: comments, strings, characters and braces.

use std::path::{Path, PathBuf};

/// One file, read for tidy rules.
#[derive(Debug, Clone)]
pub struct Source {
    /// Relative to the repository.
    pub path: PathBuf,
    /// The file as it is.
    pub text: String,
    /// The same length, with comments, literals and test modules blanked out.
    pub code: String,
    /// The string literals outside test modules.
    pub literals: Vec<String>,
}

/// A function and the lines that it takes, from `fn` to its closing brace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    pub name: String,
    pub line: usize,
    pub lines: usize,
}

impl Source {
    /// Reads a text as Rust.
    pub fn new(path: PathBuf, text: String) -> Self {
        let (code, strings) = blanked(&text);
        let tests = test_modules(&code);
        let inside = |at: usize| tests.iter().any(|(from, to)| (*from..*to).contains(&at));
        let literals = strings.into_iter().filter(|(at, _)| !inside(*at)).map(|(_, text)| text).collect();
        let kept =
            code.bytes().enumerate().map(|(at, byte)| if inside(at) && byte != b'\n' { b' ' } else { byte });
        let code = String::from_utf8_lossy(&kept.collect::<Vec<u8>>()).into_owned();
        Self { path, text, code, literals }
    }

    /// Lines of the file.
    pub fn lines(&self) -> usize {
        self.text.lines().count()
    }

    /// Whether the file itself is for tests only.
    pub fn is_test_only(&self) -> bool {
        let name = self.path.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
        let folder = |part: &std::ffi::OsStr| part == "tests" || part == "benches" || part == "examples";
        name == "tests" || name.starts_with("test_") || self.path.iter().any(folder)
    }

    /// Every function outside test modules that has a body.
    pub fn functions(&self) -> Vec<Function> {
        let bytes = self.code.as_bytes();
        let mut found = Vec::new();
        for at in words_at(&self.code, "fn") {
            let name: String = self.code[at + 2..]
                .trim_start()
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect();
            let Some(open) = body_of(bytes, at) else { continue };
            let Some(close) = closing(bytes, open) else { continue };
            let line = 1 + bytes[..at].iter().filter(|byte| **byte == b'\n').count();
            let lines = 1 + bytes[at..close].iter().filter(|byte| **byte == b'\n').count();
            if !name.is_empty() {
                found.push(Function { name, line, lines });
            }
        }
        found
    }

    /// Whether the code has this path or word, not as a part of a longer one.
    pub fn names(&self, path: &str) -> bool {
        let open_ended = path.ends_with(':');
        words_at(&self.code, path.trim_end_matches(':'))
            .any(|at| !open_ended || self.code[at..].starts_with(path))
    }

    /// The modules of its own crate that the code names, such as `journal` in `use crate::{journal, people::People}`.
    pub fn own_modules(&self) -> Vec<String> {
        let mut named = Vec::new();
        for at in words_at(&self.code, "crate") {
            let Some(rest) = self.code[at + 5..].strip_prefix("::") else { continue };
            if let Some(group) = rest.strip_prefix('{') {
                named.extend(heads_of_group(group));
            } else {
                named.extend(head(rest));
            }
        }
        named
    }
}

/// Every Rust file below a folder, sorted by path; `root` is what the paths are relative to.
///
/// # Errors
/// A folder or file cannot be read.
pub fn rust_files(root: &Path, folder: &Path) -> std::io::Result<Vec<Source>> {
    let mut paths = Vec::new();
    collect(folder, &mut paths)?;
    paths.sort();
    let read = |path: PathBuf| {
        let relative = path.strip_prefix(root).unwrap_or(&path).to_path_buf();
        Ok(Source::new(relative, std::fs::read_to_string(&path)?))
    };
    paths.into_iter().filter(|path| path.extension().is_some_and(|kind| kind == "rs")).map(read).collect()
}

/// Every file below a folder, without what builds and package managers put there.
///
/// # Errors
/// A folder cannot be read.
pub fn collect(folder: &Path, into: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.file_type()?.is_dir() {
            let made = ["node_modules", "dist", ".venv", ".git", "__pycache__"].contains(&name.as_str());
            if !made && !name.starts_with("target") {
                collect(&entry.path(), into)?;
            }
        } else {
            into.push(entry.path());
        }
    }
    Ok(())
}

/// The text with comments and literals blanked, and the string literals with their places.
fn blanked(text: &str) -> (String, Vec<(usize, String)>) {
    let bytes = text.as_bytes();
    let mut code = bytes.to_vec();
    let mut strings = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let end = match bytes[at] {
            b'/' if bytes.get(at + 1) == Some(&b'/') => line_end(bytes, at),
            b'/' if bytes.get(at + 1) == Some(&b'*') => block_end(bytes, at),
            b'r' | b'b' | b'c' | b'"' if starts_literal(bytes, at) => {
                let end = string_end(bytes, at);
                strings.push((at, text[at..end].to_owned()));
                end
            }
            b'\'' => char_end(bytes, at),
            _ => at,
        };
        if end == at {
            at += 1;
            continue;
        }
        for byte in &mut code[at..end] {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
        at = end;
    }
    (String::from_utf8_lossy(&code).into_owned(), strings)
}

fn line_end(bytes: &[u8], at: usize) -> usize {
    bytes[at..].iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |length| at + length)
}

fn block_end(bytes: &[u8], at: usize) -> usize {
    let mut depth = 0;
    let mut place = at;
    while place + 1 < bytes.len() {
        match &bytes[place..place + 2] {
            b"/*" => (depth, place) = (depth + 1, place + 2),
            b"*/" => (depth, place) = (depth - 1, place + 2),
            _ => place += 1,
        }
        if depth == 0 {
            return place;
        }
    }
    bytes.len()
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// A string begins here: `"`, `r"`, `r#"`, `b"`, `br"`, `c"`.
fn starts_literal(bytes: &[u8], at: usize) -> bool {
    if at > 0 && bytes[at] != b'"' && is_word(bytes[at - 1]) {
        return false;
    }
    let prefix = bytes[at..].iter().take_while(|byte| matches!(byte, b'r' | b'b' | b'c')).count();
    let hashes = bytes[at + prefix..].iter().take_while(|byte| **byte == b'#').count();
    prefix <= 2 && (hashes == 0 || prefix > 0) && bytes.get(at + prefix + hashes) == Some(&b'"')
}

fn string_end(bytes: &[u8], at: usize) -> usize {
    let open = at + bytes[at..].iter().position(|byte| *byte == b'"').unwrap_or(0);
    let hashes = bytes[at..open].iter().filter(|byte| **byte == b'#').count();
    let raw = bytes[at..open].contains(&b'r');
    let mut place = open + 1;
    while place < bytes.len() {
        if bytes[place] == b'\\' && !raw {
            place += 2;
            continue;
        }
        let closes = bytes[place] == b'"'
            && bytes[place + 1..].iter().take(hashes).filter(|b| **b == b'#').count() == hashes;
        place += 1;
        if closes {
            return place + hashes;
        }
    }
    bytes.len()
}

/// The end of a character, or `at` itself where the quote begins a lifetime.
fn char_end(bytes: &[u8], at: usize) -> usize {
    if bytes.get(at + 1) == Some(&b'\\') {
        let close = bytes[at + 3..].iter().take(12).position(|byte| *byte == b'\'');
        return close.map_or(at, |length| at + 4 + length);
    }
    // One character of up to four bytes.
    let close = (2..=5).find(|length| bytes.get(at + length) == Some(&b'\''));
    match close {
        Some(length) if length == 2 || bytes[at + 1] >= 0x80 => at + length + 1,
        _ => at,
    }
}

/// Places where a whole word stands.
fn words_at<'a>(code: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let bytes = code.as_bytes();
    code.match_indices(word).map(|(at, _)| at).filter(move |at| {
        let before = *at == 0 || !is_word(bytes[at - 1]);
        before && bytes.get(at + word.len()).is_none_or(|byte| !is_word(*byte))
    })
}

/// Where the body of the function at `at` opens; none where it is only declared, or a pointer's type.
fn body_of(bytes: &[u8], at: usize) -> Option<usize> {
    let mut depth = 0_i32;
    for (offset, byte) in bytes[at..].iter().enumerate() {
        match byte {
            b'(' | b'[' => depth += 1,
            b')' | b']' => depth -= 1,
            b'{' if depth == 0 => return Some(at + offset),
            b';' | b',' | b'=' if depth == 0 => return None,
            _ if depth < 0 => return None,
            _ => {}
        }
    }
    None
}

fn closing(bytes: &[u8], open: usize) -> Option<usize> {
    let mut depth = 0;
    for (offset, byte) in bytes[open..].iter().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(open + offset);
        }
    }
    None
}

/// The spans of `#[cfg(test)] mod … { … }`.
fn test_modules(code: &str) -> Vec<(usize, usize)> {
    let mut spans = Vec::new();
    for (at, _) in code.match_indices("#[cfg(test)]") {
        let bytes = code.as_bytes();
        let open = bytes[at..].iter().position(|byte| *byte == b'{').map(|length| at + length);
        let ends = bytes[at..].iter().position(|byte| *byte == b';').map(|length| at + length);
        let Some(open) = open.filter(|open| ends.is_none_or(|ends| *open < ends)) else { continue };
        if let Some(close) = closing(bytes, open) {
            spans.push((at, close + 1));
        }
    }
    spans
}

fn head(path: &str) -> Option<String> {
    let name: String = path.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    (!name.is_empty()).then_some(name)
}

/// The first names of the entries of a `{…}` group that begins behind its brace.
fn heads_of_group(group: &str) -> Vec<String> {
    let mut depth = 1;
    let mut heads: Vec<String> = head(group).into_iter().collect();
    for (at, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 1 => heads.extend(head(&group[at + 1..])),
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    heads
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_strings_and_test_modules_are_no_code() {
        let text = "use crate::{a, b::{C, d}, e};\n// crate::x\nfn f<'a>(c: char) -> &'a str { '{'; \"crate::y \\\" {\" }\n\
                    #[cfg(test)]\nmod tests { fn g() { crate::z; \"SELECT\"; } }\nfn h() {\n r#\"} \"# ;\n}\n";
        let source = Source::new("x.rs".into(), text.into());
        assert_eq!(source.own_modules(), ["a", "b", "e"]);
        assert_eq!(source.literals, ["\"crate::y \\\" {\"", "r#\"} \"#"]);
        let functions: Vec<_> = source.functions().into_iter().map(|f| (f.name, f.line, f.lines)).collect();
        assert_eq!(functions, [("f".to_owned(), 3, 1), ("h".to_owned(), 6, 3)]);
    }
}
