//! A mail as it lies in the folder, read by a parser that shares nothing with the writer.

use mail_parser::{MessageParser, MimeHeaders};

/// A report.
#[derive(Debug)]
pub(crate) struct Mail {
    /// The name of its file.
    pub(crate) file: String,
    /// Its subject.
    pub(crate) subject: String,
    /// Its text part.
    pub(crate) text: String,
    /// Its HTML part.
    pub(crate) html: String,
    /// The attached files.
    pub(crate) attachments: Vec<(String, Vec<u8>)>,
}

impl Mail {
    /// Parses a mail.
    pub(crate) fn parse(file: String, raw: Vec<u8>) -> Self {
        let message = MessageParser::default().parse(&raw).unwrap();
        assert_eq!((message.text_body_count(), message.html_body_count()), (1, 1), "{file}");
        let attachments = message
            .attachments()
            .map(|part| (part.attachment_name().unwrap().to_owned(), part.contents().to_vec()))
            .collect();
        let (text, html) = (message.body_text(0).unwrap(), message.body_html(0).unwrap());
        Self {
            file,
            subject: message.subject().unwrap().to_owned(),
            text: text.replace("\r\n", "\n"),
            html: html.into_owned(),
            attachments,
        }
    }

    /// Its text without the line breaks of the layout.
    pub(crate) fn flat(&self) -> String {
        self.text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// The attachment with rejected rows: its name and its bytes.
    #[track_caller]
    pub(crate) fn rejects(&self) -> (&str, &[u8]) {
        let found = self.attachments.iter().find(|(name, _)| name.ends_with("rejects.csv"));
        let (name, bytes) = found.unwrap_or_else(|| panic!("no rejects are attached to {}", self.text));
        (name, bytes)
    }

    /// An attachment by its name.
    #[track_caller]
    pub(crate) fn attachment(&self, name: &str) -> &[u8] {
        let found = self.attachments.iter().find(|(found, _)| found == name);
        &found.unwrap_or_else(|| panic!("no {name} among {:?}", self.names())).1
    }

    /// The names of the attachments.
    pub(crate) fn names(&self) -> Vec<&str> {
        self.attachments.iter().map(|(name, _)| name.as_str()).collect()
    }
}
