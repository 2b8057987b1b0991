//! What the bytes of a file really are, whatever its name says.

use std::io::{ErrorKind, Read, Seek, SeekFrom};

use quick_xml::events::Event;

use super::{FileProblem, package};

/// How much of a file's beginning is looked at.
const HEAD: u64 = 64 * 1024;

/// What Rollbook can read.
pub(super) enum Kind {
    /// Text with a delimiter; with its first bytes.
    Text(Vec<u8>),
    /// An Excel workbook (`.xlsx`, `.xlsm`).
    Workbook,
}

/// Beginnings of files that people drop by mistake.
const MAGIC: [(&[u8], &str, &str); 7] = [
    (b"%PDF", "a PDF document", "Export the data as .csv or .xlsx."),
    (b"\x1f\x8b", "a gzip archive", "Unpack it and send the file inside."),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", "Unpack it and send the file inside."),
    (b"Rar!", "a RAR archive", "Unpack it and send the file inside."),
    (b"{\\rtf", "a rich text document", "Export the data as .csv or .xlsx."),
    (b"-----BEGIN PGP", "encrypted by PGP", "Decrypt it before it is sent."),
    (b"\x28\xb5\x2f\xfd", "a zstd archive", "Unpack it and send the file inside."),
];

/// Looks at the bytes and leaves `input` at the first one.
pub(super) fn sniff<R: Read + Seek>(input: &mut R, file: &str) -> Result<Kind, FileProblem> {
    let head = head(input).map_err(|error| FileProblem::unreadable(file, &error))?;
    let refuse = |what: &str, way_out: &str| Err(FileProblem::new(file, what, way_out));
    if head.is_empty() {
        return refuse(
            "the file is empty (0 bytes)",
            "Look at the export that writes it, and send the file again.",
        );
    }
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        package::check_is_xlsx(input, file)?;
        return Ok(Kind::Workbook);
    }
    if head.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
        let locked = holds(input, &utf16("EncryptedPackage"))
            .map_err(|error| FileProblem::unreadable(file, &error))?;
        return if locked {
            refuse(
                "the workbook is protected by a password",
                "Take the password off (File, Info, Protect Workbook) and send it again.",
            )
        } else {
            refuse("an old Excel workbook (.xls)", "Save it as .xlsx or .csv.")
        };
    }
    if head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") {
        return refuse("the text is encoded as UTF-16", "Save it as UTF-8 (in Excel: \"CSV UTF-8\").");
    }
    if let Some((_, what, way_out)) = MAGIC.iter().find(|(magic, ..)| head.starts_with(magic)) {
        return refuse(&format!("the file is {what}"), way_out);
    }
    if head.contains(&0) {
        return refuse(
            "the file holds NUL bytes: it is binary, damaged, or encoded as UTF-16",
            "Save it as .xlsx, or as .csv encoded as UTF-8.",
        );
    }
    if let Some(what) = markup(&head) {
        return refuse(&what, "Open it in Excel and save it as .xlsx or .csv.");
    }
    Ok(Kind::Text(head))
}

fn head<R: Read + Seek>(input: &mut R) -> std::io::Result<Vec<u8>> {
    let mut head = Vec::new();
    input.seek(SeekFrom::Start(0))?;
    input.by_ref().take(HEAD).read_to_end(&mut head)?;
    input.seek(SeekFrom::Start(0))?;
    Ok(head)
}

/// Names a web page or an XML document.
fn markup(head: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(head);
    let text = text.trim_start_matches(|c: char| c == '\u{feff}' || c.is_whitespace());
    if !text.starts_with('<') {
        return None;
    }
    let lower = text.to_lowercase();
    if ["<html", "<!doctype html", "<table", "<head", "<meta", "<body"].iter().any(|tag| lower.contains(tag))
    {
        return Some("the file is a web page (HTML), not a spreadsheet, whatever its name says".to_owned());
    }
    if lower.contains("urn:schemas-microsoft-com:office:spreadsheet") {
        return Some("the file is an Excel 2003 XML spreadsheet".to_owned());
    }
    let mut reader = quick_xml::Reader::from_str(text);
    loop {
        match reader.read_event() {
            Ok(Event::Start(root) | Event::Empty(root)) => {
                let name: String = root.local_name().as_ref().chars().take(40).collect();
                return Some(format!("the file is an XML document (`<{name}>`)"));
            }
            Ok(Event::Eof) | Err(_) => return None,
            Ok(_) => {}
        }
    }
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// Whether the bytes stand anywhere in the input; in bounded memory.
fn holds<R: Read + Seek>(input: &mut R, wanted: &[u8]) -> std::io::Result<bool> {
    input.seek(SeekFrom::Start(0))?;
    let mut window = Vec::new();
    let mut chunk = vec![0; HEAD as usize];
    loop {
        let count = match input.read(&mut chunk) {
            Ok(0) => return Ok(false),
            Ok(count) => count,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        window.extend_from_slice(chunk.get(..count).unwrap_or_default());
        if window.windows(wanted.len()).any(|found| found == wanted) {
            return Ok(true);
        }
        let kept = window.len().saturating_sub(wanted.len());
        window.drain(..kept);
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn check(bytes: &[u8], expected: &str) {
        let found = match sniff(&mut Cursor::new(bytes), "hr.csv") {
            Ok(Kind::Text(_)) => "text".to_owned(),
            Ok(Kind::Workbook) => "workbook".to_owned(),
            Err(problem) => problem.to_string(),
        };
        assert!(found.contains(expected), "{found}\ndoes not say\n{expected}");
    }

    #[test]
    fn text_is_text() {
        check(b"id,name\n1,Ann\n", "text");
        check(b"\xef\xbb\xbfid,name\n", "text");
        check("id;name\n1;Zo\u{eb}\n".as_bytes(), "text");
        check(b"\n\n", "text");
    }

    #[test]
    fn a_workbook_is_known_by_its_content() {
        check(include_bytes!("testdata/staff.xlsx"), "workbook");
        check(include_bytes!("testdata/locked.xlsx"), "password");
        check(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1W\0o\0r\0k\0b\0o\0o\0k\0", "(.xls)\nSave it as .xlsx");
    }

    #[test]
    fn a_word_across_two_chunks_is_found() {
        let mut bytes = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec();
        bytes.resize(HEAD as usize - 5, b'.');
        bytes.extend(utf16("EncryptedPackage"));
        check(&bytes, "password");
    }

    #[test]
    fn other_things_are_named() {
        check(b"", "`hr.csv`: the file is empty");
        check(b"\xff\xfei\0d\0", "UTF-16\nSave it as UTF-8");
        check(b"i\0d\0,\0", "NUL bytes");
        check(b"%PDF-1.7", "PDF");
        check(b"\x1f\x8b\x08\0", "gzip");
    }

    #[test]
    fn a_page_named_xls_is_a_page() {
        check(b"<html><body><table><tr><td>id</td></tr></table>", "web page (HTML)");
        check(b"\xef\xbb\xbf \n<TABLE border=1><TR><TD>id", "web page (HTML)");
        check(
            b"<?xml version=\"1.0\"?>\n<Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\">",
            "Excel 2003 XML spreadsheet\nOpen it in Excel and save it as .xlsx",
        );
        check(b"<?xml version=\"1.0\"?><!-- x --><hr:export xmlns:hr=\"urn:x\">", "(`<export>`)");
    }
}
