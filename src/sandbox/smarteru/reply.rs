//! The account's answers, laid out as the document prints them. Pure.

use std::fmt::Write as _;

use super::complaints::Complaint;
use super::package::Enrolment;
use crate::sandbox::xml::escaped;

/// What became of a package.
#[derive(Default)]
pub(super) struct Reply<'a> {
    /// What was done and is named, with the number of its block.
    pub(super) enrolled: Vec<(usize, &'a Enrolment)>,
    pub(super) complaints: Vec<Complaint>,
    /// How many were done without a name.
    pub(super) unnamed: u32,
    /// How many got lost; the answer says nothing of them.
    pub(super) lost: u32,
    /// `Failed`, whatever was done.
    pub(super) failed: bool,
}

impl Reply<'_> {
    /// The package as a whole was refused.
    pub(super) fn refused(complaint: Complaint) -> Self {
        Self { complaints: vec![complaint], ..Self::default() }
    }

    /// Whether any enrolment was made.
    pub(super) fn enrolled_any(&self) -> bool {
        !self.enrolled.is_empty() || self.unnamed > 0
    }

    /// One enrolment that was made is a success, whatever became of the others.
    pub(super) fn to_xml(&self) -> String {
        let result = if self.failed || !self.enrolled_any() { "Failed" } else { "Success" };
        let mut xml = format!("<SmarterU>\n   <Result>{result}</Result>\n   <Info>\n      <Enrollments>\n");
        for (block, sent) in &self.enrolled {
            // Writing to a string never fails.
            let _ = write!(
                xml,
                "         <Enrollment block=\"{block}\">\n            <User>{}</User>\n            \
                 <LearningModuleID>{}</LearningModuleID>\n         </Enrollment>\n",
                cdata(sent.user.sent()),
                escaped(&sent.course)
            );
        }
        xml.push_str("      </Enrollments>\n   </Info>\n\n   <Errors>\n");
        for complaint in &self.complaints {
            let _ = write!(
                xml,
                "      <Error>\n         <ErrorID>{}</ErrorID>\n         \
                 <ErrorMessage>{}</ErrorMessage>\n      </Error>\n",
                complaint.code,
                escaped(&complaint.text)
            );
        }
        xml.push_str("   </Errors>\n</SmarterU>\n");
        xml
    }
}

fn cdata(text: &str) -> String {
    format!("<![CDATA[{}]]>", text.replace("]]>", "]]]]><![CDATA[>"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::smarteru::package::{Group, User};

    fn enrolment(email: &str) -> Enrolment {
        Enrolment {
            user: User::Email(email.to_owned()),
            group: Group::Name("Shoes".to_owned()),
            course: "3860".to_owned(),
            session: Some("1".to_owned()),
            status: "Attended".to_owned(),
            grade: None,
            date: "2020-01-31".to_owned(),
        }
    }

    #[test]
    fn documents_sample() {
        let dana = enrolment("dana.brown@finashoes.com");
        let reply = Reply { enrolled: vec![(1, &dana)], ..Reply::default() };
        assert_eq!(
            reply.to_xml(),
            r#"<SmarterU>
   <Result>Success</Result>
   <Info>
      <Enrollments>
         <Enrollment block="1">
            <User><![CDATA[dana.brown@finashoes.com]]></User>
            <LearningModuleID>3860</LearningModuleID>
         </Enrollment>
      </Enrollments>
   </Info>

   <Errors>
   </Errors>
</SmarterU>
"#
        );
    }

    #[test]
    fn values_are_escaped() {
        let odd = enrolment("a]]>&<b>@example.org");
        let complaints = vec![Complaint::group_name("R&D <1>")];
        let reply = Reply { enrolled: vec![(2, &odd)], complaints, ..Reply::default() };
        let xml = reply.to_xml();
        assert!(xml.contains("<User><![CDATA[a]]]]><![CDATA[>&<b>@example.org]]></User>"), "{xml}");
        assert!(
            xml.contains("<ErrorMessage>The group name &apos;R&amp;D &lt;1&gt;&apos; is not valid.<"),
            "{xml}"
        );
        assert!(xml.contains("<Result>Success</Result>"), "{xml}");
    }
}
