//! The five sample replies of the document's section "Curriculum Assignment API", byte for byte, and the same
//! enciphered:
//!   `openssl enc -aes-128-cbc -K KEY -iv KEY -a -A`
//! where KEY is `55707369646540323031360000000000`, the hex of the document's `Upside@2016`.

use super::ASSIGN_CURRICULUM;
use crate::connectors::Item;
use crate::model::{ChangeKind, Key};

/// The token that they bear.
pub(super) const TOKEN: &str = "token 1";

pub(super) const FAIL: &str = r#"{"curr_learner_assignment_info":{
    "assignment_status_info":[{
    "learner_info":"email_id=pallavi.mali@upsidelearning.com~unique_id=4861~username=pallavi", "Err003":"Record does not exists in system.(Learner Unique Identifier)", "assignment_status":"fail", "assignment_id":"1"}, {"learner_info":"unique_id=4201~username=pallavi", "curriculum_assignment_status":[{"status":"fail","Err009":"Curriculum already assigned", "curr_id":"167"},
    {"status":"fail", "Err009":"Curriculum already assigned", "curr_id":"166"}],
    "assignment_status":"fail", "assignment_id":"2"}]}, "final_status":"fail", "lmstoken_id":"token 1"}"#;

pub(super) const PARTIAL: &str = r#"{"curr_learner_assignment_info":{
    "assignment_status_info":[{"learner_info":"email_id=pallavi.mali@upsidelearning.com~unique_id=4861~username=pallavi", "Err003":"Record does not exists in system.(Learner Unique Identifier)", "assignment_status":"fail", "assignment_id":"1"}, {"learner_info":"unique_id=4201~username=pallavi", "curriculum_assignment_status":[{"status":"success","curr_id":"167"}, {"status":"success","curr_id":"166"}], "assignment_status":"success","assignment_id":"2"}]}, "final_status":"partially_success", "lmstoken_id":"token 1"}"#;

pub(super) const SUCCESS: &str = r#"{"curr_learner_assignment_info": {"assignment_status_info": [{ "learner_info":"unique_id=4202", "curriculum_assignment_status":[{"status":"success","curr_id":"167"}, {"status":"success","curr_id":"166"}], "assignment_status":"success","assignment_id":"1"}, {"learner_info":"unique_id=4201~username=pallavi", "curriculum_assignment_status":[{"status":"success","curr_id":"167"}, {"status":"success","curr_id":"166"}], "assignment_status":"success","assignment_id":"2"}]}, "final_status":"success", "lmstoken_id":"token 1"}"#;

pub(super) const PORTAL_KEY: &str = r#"{"curr_learner_assignment_info":{ "error_list":[{ "Err001":"Invalid value received against parameter.(Portal Key)"}]}, "final_status":"fail", "lmstoken_id":"token 1"}"#;

pub(super) const TOKEN_ID: &str = r#"{"curr_learner_assignment_info":{ "error_list":[{ "Err002":"Mandatory Field. (Token id)"}]}, "final_status":"fail", "lmstoken_id":""}"#;

pub(super) const FAIL_ENCIPHERED: &str = "Sm7xLyaEqfodOUVJXBfPHqnchtZMV1NJfg70enFEf/ole6sje7sIs+QuJ+JGML8b1HbseGmcYEOVBEkB7kZWc55S577v/xzjgWY5J/KX1VjEO9U9vdBBmr2Xye8gyYWm6OOQSjq0XTm1Uyaz5Xvh/A+OlkRZNdJiNdleoMjqLCy3bk31rEaXCUA3y0QJh6AqpG1usPKHpwJ/A1El+d9kATUeIiw18qaBOOhPJG2qUKkJcUpVWqQvmIhMcU+ON73cshrb2uNYwx8jMyFovkVCyhu8jdFCLVUXvUHJIOoM5cv7bt1iP6hcxg9dXKz/+ikwXvFI3Q2jJzqcONSaQnHGvYNuPD7dsPi5BeM1UMFRuHYC197sw1c2Ueb6AtX91eIQ6U4ur5xU/iAjBcVm1Tx2d39H4XzReHJ/yMe598/yREHXJeW2Y+h/iTb0cWWzI560Hh/s1j2TLveV5mkQcplX1B4XUeyfWK2FeBE4O4fpUjKcF/0WNWmhcvK98ORc6b3IrL98dlEg13BWTyVHfSRFECF2wVdBoPq9jLqfJFhkaOLZCetyR9a7z2ixf9OeeGRwLJ022M2rLtMJCIaRCTHOLYV8DxyYW1vO+H3ZdlAJ3bbUwxos1NLger1nb0rysftUThqiCkwch/EnbIiTYk0tGN7ii+YzhO3SZ1ETLJw1Lgzbx8Od+g5KYK1oV9X3wzbAZM5PNCmTnGPEox90f+e4zwtMyJz4bs65jwaXrc7HG5y2xSElN22cogT6ja+2C1A254eoOf2mRPDuHSKEZoFMT56nTVGEp67KtQ2YdLrrR9mjMVsJs+fOViG5B151/zAZyeaJ4w5xCAUKyJKhyYZmDw==";

pub(super) const PARTIAL_ENCIPHERED: &str = "Sm7xLyaEqfodOUVJXBfPHqnchtZMV1NJfg70enFEf/ole6sje7sIs+QuJ+JGML8b1HbseGmcYEOVBEkB7kZWc5iOt+TRSCaNdkjsiLjifzTgNysDR3ZnESJm9C9uXlb3Syd8SSH+ZoYREX82fDf6kSL2Z80rUda10s2rQ5yWlHvv9WAadtfqtBoyk6QNZe3FJb+7iM31/BCUOapmTevZp/1xlq0rMhRNEJ36rzJNlmS+IjyE+vViHEtBdg+h/U2xNcLw3jJ53ziylktm0+x35QNO9KyfbhYuZgJ7zigTKf09aS0RnlJzcLhB0AKCCmNUZ40SANcqG1mEN2G9hMPUfmKdd2xEp0cCeILIhMBgAGo4I8IJxPLbUcnGG151U9zCVTg3uFhBw4CqkXSHrTXloduv3WXFReRdVfOQT7MrSvU+nbVsTtiCN72yX1pmdD/gGzySz/swNXNOBWjB0UArpWP9v33DHMSYvgYNLYKhIJBIDmuzonoCK+YfPNXBsfTDC08Fec1FK+S6wxFpOloXxYMUyuM5pFF1ERgGoNXYSMjVDLNAs/1HubkK1bJbj8CjXu26pnCnghaBgx9KFA3KD9+8yG2p21+6WuR2Pq3NA/ZA9j5vfWlF/gzv8QyXBl0vp9sDtVBAKklGOMJB78WhKIEZXb7blpOayU4Qt97tfBQ7Tfdrxl5EQaD32nodd1ku+Gi87/xvIA8FZdsXPa+crxmjEZmHHKxguwXrqp/IMCI=";

pub(super) const SUCCESS_ENCIPHERED: &str = "Sm7xLyaEqfodOUVJXBfPHqnchtZMV1NJfg70enFEf/p0vYH3gzlnSvEneASgZzMStJqytneWEAxlf9aJPXTQ+RpnoMot4wlXXW9QF5recfutXfSH9OTkqCeSmW6tRUqOFb51dvX7oaMTswmbObuBEQK96iAJG56JLQLfj1LkvQb3NlCIkhi6UhL4bCmTWi6wFP+b1JFci8ZJ1pn2YlngQGj5VXpG0IzTQIDfke+zfVs1CZy56RoZcdo2HVe+waz8fowpvJdK3D4uwtGqCNmLY20O8sCOof3eQX5vCoEY+dKh7xsVXuiZdoWppgR5uvpFoc8KgCLeAOKNP1Q00d34mgSs1q1Z/X14nl3eSxMCD+ZEz8JPJTbbEvcXWR3AheiJIdw9Rq7FoBoVquA+rxuJL5tIdmr9br0HUCX0qLUZ0IKXZn+nL8Xz+V7A2XtjodOEfPPNtQWMqnfdVC1+AvJdwRNY7b8j0UlaW9JIuNqBfEfsDcKOuqCdU/ZhFg4Dk+zhh0+q3v1ysYnNUXu59FTArwSwTMznV30iKx9O2vC3R429zr7Qiq0Nw1uquJlS0cZkdE2o4jawJdsmpDSPM/p6bMgbOKJzDVzEfZkXwH4HCkrjee1QlTjZI1qpws4vtdIOwnsSXdtGKEV8LEHJ7J7KlEh9d3DrM6jizwhoOi4uXrKsUFmCD228PrnM0WqQF6KO";

pub(super) const PORTAL_KEY_ENCIPHERED: &str = "Sm7xLyaEqfodOUVJXBfPHqnchtZMV1NJfg70enFEf/pqD/AUUbVSDXicrCGw057PpY+XI8aCPEthtc2LTwYf/miqIF5/J3FFKkiq7bgayE+SBQfL0H0p490Y83BRgQ+AU8qs7Gh16iU+6mrnLbqZwvED57wSpMAFagxBXXXBjiEYMHxM3CCRF4q6e6OZZJHj1dTr7mVOXn/cnd/ADXQkSmsz3FydIjA3/XBzXKyu25E=";

pub(super) const TOKEN_ID_ENCIPHERED: &str = "Sm7xLyaEqfodOUVJXBfPHqnchtZMV1NJfg70enFEf/pqD/AUUbVSDXicrCGw057PrY5s1T7ta3EkJjCnH9AOsJz+20+s1e6YaB10IgTUaGVBh4tTZHLq2R6ldnJs+Jsg2fosXxEfIfU/zEw0Uw7bsCLq9SqRfqbPWTSvWlYSZkCw6DlVMm5mq5tNiAqIbeYO";

/// A record new with us.
pub(super) fn item(values: &[(&str, &str)]) -> Item {
    Item {
        operation: ASSIGN_CURRICULUM.into(),
        key: Key::from_values(values.iter().map(|(_, value)| *value)),
        kind: ChangeKind::Create,
        resend: false,
        registration: None,
        fields: values.iter().copied().collect(),
        secrets: Vec::new(),
    }
}

/// One record of the first two samples' first learner, and those of their second.
pub(super) fn items() -> [Item; 3] {
    let first = [
        ("email_id", "pallavi.mali@upsidelearning.com"),
        ("unique_id", "4861"),
        ("username", "pallavi"),
        ("curr_id", "1"),
    ];
    let second = |curr_id| item(&[("unique_id", "4201"), ("username", "pallavi"), ("curr_id", curr_id)]);
    [item(&first), second("167"), second("166")]
}
