//! What the suite must know of each operation: a job, two rows, and how its effects are counted.

use rollbook::sandbox::{Sandbox, SandboxEffects};

/// One operation under test. A new operation owes one.
pub(crate) struct Stand {
    /// In full.
    pub(crate) operation: &'static str,
    /// The connection of the harness.
    pub(crate) connection: &'static str,
    /// The call that carries the records, as the sandbox names it.
    pub(crate) method: &'static str,
    /// `[push.fields]`.
    pub(crate) fields: &'static str,
    /// The header, and two rows.
    pub(crate) export: [&'static str; 3],
    /// How often each of the two records was applied.
    pub(crate) applied: fn(&SandboxEffects) -> [u32; 2],
    /// Whether a call may be repeated, and whether a record in doubt can be read back.
    pub(crate) repeatable: bool,
    pub(crate) reads_back: bool,
}

pub(crate) const STANDS: &[Stand] = &[
    Stand {
        operation: "upsidelms.manage_user",
        connection: "upside",
        method: "manageuser",
        fields: "unique_id = \"id\"\nfirstname = \"name\"\nemail = \"mail\"\nusername = \"id\"",
        export: ["id,name,mail", "E1,Ann,ann@example.org", "E2,Bob,bob@example.org"],
        applied: |effects| {
            ["E1", "E2"].map(|id| effects.users.get(id).map_or(0, |user| user.creates + user.updates))
        },
        repeatable: true,
        reads_back: false,
    },
    Stand {
        operation: "upsidelms.assign_curriculum",
        connection: "upside",
        method: "assigncurriculum",
        fields: "unique_id = \"id\"\ncurr_id = \"course\"",
        export: ["id,course", "L1,167", "L2,167"],
        applied: |effects| applied(effects, "upsidelms", &["L1", "L2"]),
        repeatable: false,
        reads_back: true,
    },
    Stand {
        operation: "crowdwisdom.set_completion",
        connection: "crowd",
        method: "setCompletion",
        fields: "customerId = \"id\"\nproductId = \"course\"\ncompletion = { value = \"Completed\" }\n\
                 completionDate = { column = \"day\", date = \"%Y-%m-%d\" }",
        export: ["id,course,day", "M1,P-7,2026-11-20", "M2,P-7,2026-11-20"],
        applied: |effects| applied(effects, "crowdwisdom", &["M1", "M2"]),
        repeatable: false,
        reads_back: false,
    },
    Stand {
        operation: "ispring.update_modules_statuses",
        connection: "ispring",
        method: "updateModulesStatuses",
        fields: "enrollmentId = \"id\"\ncourseId = \"course\"\ncontentItemId = { value = \"item-1\" }\n\
                 date = { column = \"day\", date = \"%Y-%m-%d\" }\nstatus = { value = \"complete\" }\n\
                 awardedScore = { value = \"100\" }",
        export: ["id,course,day", "N1,C-1,2026-11-20", "N2,C-1,2026-11-20"],
        applied: |effects| applied(effects, "ispring", &["N1", "N2"]),
        repeatable: true,
        reads_back: true,
    },
    Stand {
        operation: "smarteru.enroll_session_history",
        connection: "smarteru",
        method: "enrollSessionHistory",
        fields: "Email = \"mail\"\nGroupName = { value = \"Staff\" }\nLearningModuleID = \"course\"\n\
                 LearningModuleSessionID = { value = \"9\" }\nEnrollmentStatus = { value = \"Completed\" }\n\
                 Grade = { value = \"88\" }\nEnrolledDate = { column = \"day\", date = \"%Y-%m-%d\" }",
        export: [
            "id,mail,course,day",
            "S1,ann@example.org,3860,2026-11-20",
            "S2,bob@example.org,3860,2026-11-20",
        ],
        applied: |effects| applied(effects, "smarteru", &["ann@example.org", "bob@example.org"]),
        repeatable: true,
        reads_back: true,
    },
    Stand {
        operation: "media77.launch_link",
        connection: "media",
        method: "",
        fields: "em = \"mail\"\nfn = \"name\"\nactivity = \"course\"",
        export: [
            "id,name,mail,course",
            "K1,Ann,ann@example.org,https://courses.example.org/one",
            "K2,Bob,bob@example.org,https://courses.example.org/one",
        ],
        applied: |_| [0, 0],
        repeatable: true,
        reads_back: false,
    },
    Stand {
        operation: "upsidelms.redirect_form",
        connection: "upside",
        method: "",
        fields: "uniqueIdentifier1 = \"id\"\ncurriculumId = \"course\"",
        export: ["id,course", "R1,2", "R2,3"],
        applied: |_| [0, 0],
        repeatable: true,
        reads_back: false,
    },
];

/// How often what a product holds of these learners was applied.
fn applied(effects: &SandboxEffects, product: &str, learners: &[&str; 2]) -> [u32; 2] {
    let all = || effects.assignments.iter().chain(&effects.completions);
    learners.map(|learner| {
        let of = |key: &str| key.split(" / ").any(|part| part == learner);
        all().filter(|effect| effect.product == product && of(&effect.key)).map(|effect| effect.applied).sum()
    })
}

impl Stand {
    /// A delta job with one push of this operation.
    pub(crate) fn job(&self) -> String {
        let short = self.operation.split('.').next_back().unwrap();
        format!(
            "[source]\nfolder = \"../inbox\"\npattern = \"people-*.csv\"\nkey = [\"id\"]\nrows = \"delta\"\nsettle_s = 0\n\n\
             [[push]]\nconnection = \"{}\"\noperation = \"{short}\"\n\n[push.fields]\n{}\n",
            self.connection, self.fields
        )
    }

    /// The export with its first rows, at most two.
    pub(crate) fn csv(&self, rows: usize) -> Vec<u8> {
        let mut lines = self.export[..=rows].join("\n");
        lines.push('\n');
        lines.into_bytes()
    }

    /// How many calls with records the sandbox got.
    pub(crate) fn calls(&self, sandbox: &Sandbox) -> usize {
        sandbox.calls().iter().filter(|call| call.method.contains(self.method)).count()
    }
}
