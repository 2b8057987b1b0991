//! `rollbook unseal`: opens a file that was sealed in `archive/` or `failed/`.

use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, BufWriter};
use std::os::unix::fs::OpenOptionsExt;

use crate::store::Sealer;

use super::args::{Global, Unseal};
use super::context::{Failure, configuration};

/// Writes the opened file to `--to` (readable for this user alone) or to standard output.
pub(super) fn unseal(global: &Global, args: &Unseal) -> Result<u8, Failure> {
    let config = configuration(global)?;
    let key = config.data_key.ok_or_else(|| Failure::wrong("`data_key` is not set in rollbook.toml"))?;
    let sealer = Sealer::new(&key.resolve().map_err(|problem| Failure::wrong(problem.to_string()))?);
    let name = args.file.display();
    let sealed = File::open(&args.file).map_err(|error| Failure::wrong(format!("{name}: {error}")))?;
    let opened = match &args.to {
        Some(to) => {
            let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(to);
            let file = file.map_err(|error| Failure::wrong(format!("{}: {error}", to.display())))?;
            sealer.open_stream(BufReader::new(sealed), BufWriter::new(file))
        }
        None => sealer.open_stream(BufReader::new(sealed), io::stdout().lock()),
    };
    opened.map_err(|error| Failure::failed(format!("{name}: {error}")))?;
    Ok(0)
}
