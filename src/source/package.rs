//! The ZIP package around a workbook: what it is, and whether it is safe to open.
//!
//! A workbook of 300 KB can inflate to gigabytes, and one number in it can make a reader ask for all
//! memory at once. The sizes that the parts claim are enough to look at: the `zip` crate fails as soon
//! as a part turns out larger (`testdata/liar.xlsx`).

use std::io::{Read, Seek, SeekFrom};

use quick_xml::events::Event;
use zip::ZipArchive;

use super::FileProblem;

/// How much all parts together may inflate to.
const MAX_INFLATED: u64 = 1024 * 1024 * 1024;

/// How many times its own size a part may inflate to, once it is large.
const MAX_RATIO: u64 = 200;

/// Below this, no ratio is dangerous.
const SMALL: u64 = 16 * 1024 * 1024;

/// How much of the shared strings is looked at for their count.
const HEAD: u64 = 64 * 1024;

const TOO_LARGE: &str = "Save the sheet alone in a new workbook, or save it as .csv.";

/// Whether this package is a workbook that can be read.
pub(super) fn check_is_xlsx<R: Read + Seek>(input: &mut R, file: &str) -> Result<(), FileProblem> {
    let archive = open(input, file)?;
    let mut names: Vec<String> =
        archive.file_names_raw().map(|name| String::from_utf8_lossy(name).to_lowercase()).collect();
    names.sort_unstable();
    let has = |wanted: &str| names.iter().any(|name| name.starts_with(wanted));
    let (what, way_out) = if has("xl/workbook.bin") {
        ("a binary Excel workbook (.xlsb)", "Save it as .xlsx or .csv.")
    } else if has("[content_types].xml") && names.iter().any(|name| name.ends_with("workbook.xml")) {
        return Ok(());
    } else if has("content.xml") && has("meta-inf/manifest.xml") {
        ("an OpenDocument file (.ods)", "Save it as .xlsx or .csv.")
    } else if has("word/") {
        ("a Word document", "Export the data as .xlsx or .csv.")
    } else if has("index/") && names.iter().any(|name| name.ends_with(".iwa")) {
        ("an Apple Numbers document", "Export it as .xlsx or .csv.")
    } else {
        ("a ZIP archive", "Unpack it and send the file inside.")
    };
    Err(FileProblem::new(file, format!("the file is {what}"), way_out))
}

/// Whether the workbook can be opened without harm; leaves `input` at its first byte.
pub(super) fn check_is_safe<R: Read + Seek>(input: &mut R, file: &str) -> Result<(), FileProblem> {
    let mut archive = open(input, file)?;
    let mut total = 0_u64;
    for place in 0..archive.len() {
        let part = archive.by_index(place).map_err(|_| damaged(file))?;
        let name = part.name().map_err(|_| damaged(file))?.to_lowercase();
        let (packed, claimed) = (part.compressed_size(), part.size());
        total = total.saturating_add(claimed);
        if total > MAX_INFLATED || (claimed > SMALL && claimed / MAX_RATIO > packed) {
            return Err(FileProblem::new(
                file,
                format!(
                    "the workbook unpacks to more than {} MB, as a damaged or hostile one does",
                    total.min(MAX_INFLATED) / (1024 * 1024)
                ),
                TOO_LARGE,
            ));
        }
        if name.ends_with("sharedstrings.xml") {
            let mut head = Vec::new();
            part.take(HEAD).read_to_end(&mut head).map_err(|_| damaged(file))?;
            if !is_honest(&head, claimed) {
                return Err(damaged(file));
            }
        }
    }
    input.seek(SeekFrom::Start(0)).map_err(|error| FileProblem::unreadable(file, &error))?;
    Ok(())
}

/// Whether the shared strings are as many as their size allows: the reader believes the count and asks
/// for the memory at once.
fn is_honest(head: &[u8], size: u64) -> bool {
    let text = String::from_utf8_lossy(head);
    let mut reader = quick_xml::Reader::from_str(&text);
    loop {
        match reader.read_event() {
            Ok(Event::Start(tag) | Event::Empty(tag)) if tag.local_name().as_ref() == "sst" => {
                let count = tag
                    .attributes()
                    .flatten()
                    .find(|attribute| attribute.key.as_ref() == "uniqueCount")
                    .and_then(|attribute| attribute.value.parse::<u64>().ok());
                return count.is_none_or(|count| count <= size);
            }
            Ok(Event::Eof) | Err(_) => return false,
            Ok(_) => {}
        }
    }
}

fn open<'r, R: Read + Seek>(input: &'r mut R, file: &str) -> Result<ZipArchive<&'r mut R>, FileProblem> {
    ZipArchive::new(input).map_err(|_| damaged(file))
}

/// A package that is cut off or broken.
pub(super) fn damaged(file: &str) -> FileProblem {
    FileProblem::new(
        file,
        "the workbook is cut off or damaged",
        "Send it again; if that does not help, open it in Excel and save it anew.",
    )
}
