//! Questions as the document has them; what is enciphered comes from it or from openssl.

use secrecy::ExposeSecret;

use super::super::super::samples::portal;
use super::super::fields::{training_catalog, training_plan};
use super::*;
use crate::model::Learner as Asked;

fn question(operation: &Operation, parameters: &[(&str, &str)], names: &[(&str, &str)]) -> Question {
    let names: Vec<_> = names.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Question {
        operation: operation.name.clone(),
        parameters: parameters.iter().copied().collect(),
        learner: (!names.is_empty()).then_some(Asked { names }),
        window: None,
        cursor: None,
    }
}

fn form(
    operation: &Operation,
    parameters: &[(&str, &str)],
    names: &[(&str, &str)],
) -> Result<Vec<(&'static str, String)>, String> {
    let form = encode(&portal(), "t", operation, &question(operation, parameters, names))?;
    Ok(form.into_iter().map(|(name, value)| (name, value.expose_secret().to_owned())).collect())
}

/// `t` by openssl.
#[test]
fn nothing_is_sent_that_was_not_asked_for() {
    for parameters in [&[][..], &[("contentlist", ""), ("Rating", " "), ("outputlist", "")]] {
        let asked = form(&training_catalog(), parameters, &[]).unwrap();
        let [key, token] = <[_; 2]>::try_from(asked).unwrap();
        assert_eq!(key, ("lmsportalid", "portal-key-1".to_owned()));
        assert_eq!(token, ("lmstokenid", "wnCUcUE3Oj8aC4FXHbjvyw==".to_owned()));
    }
}

#[test]
fn the_examples_of_the_document() {
    for (mode, enciphered) in [("On", "VvBCHVQSd0dNrKy2mqfjjA=="), ("Off", "iGJtxeqAfNADutGTcjk7og==")] {
        let asked = form(&training_catalog(), &[("contentlist", mode)], &[]).unwrap();
        assert_eq!(asked[2..], [("contentlist", enciphered.to_owned())]);
    }
    let mail = "amrit.ansarwadkar@upsidelearning.com";
    let asked = form(&training_plan(), &[], &[("Email", mail)]).unwrap();
    let enciphered = "7ckj8BeXjHxmMMl1p4hyylLq7MKY4EHithdDXxNbObsc/lWk4RbK800LjKTrgpx0";
    assert_eq!(asked[2..], [("lmslearnerid", enciphered.to_owned())]);
}

/// The document's own example of three identifiers, and its examples of all filters without the blanks of their
/// typesetting, by openssl.
#[test]
fn what_goes_together_is_enciphered_once() {
    let names = [("Uniqueid", "101"), ("Login", "amrita"), ("Email", "amrit.ansarwadkar@upsidelearning.com")];
    let asked = form(&training_catalog(), &[], &names).unwrap();
    let enciphered = "7ckj8BeXjHxmMMl1p4hyylLq7MKY4EHithdDXxNbObsAb6iPVUNo0s5AfByOcfREvz75a1Dj8VXS4/Lx0oP9uLHbgnkosXc+QphWcwLa8Dc=";
    assert_eq!(asked[2..], [("lmslearnerid", enciphered.to_owned())]);

    let common = [
        ("Order_by", "curriculum_name_asc"),
        ("Accessibility", "Public"),
        ("Certification", "Yes"),
        ("Rating", "1"),
        ("validity_days", "1"),
        ("Start_Date", "01/01/2016"),
    ];
    let catalog = [&common[..], &[("Status", "Available"), ("End_Date", "01/01/2016")]].concat();
    let enciphered = "7uaJdZq4hsD1Gr8J3JnNKyiU7Qp7+/easMDHB3wdR9DrvAWjh/hn5L8Ao7YEQ9EAFDLlegL3dDhZf4QCvX4/U9TYXZ4WEfkBkI3f+stPH5uc4zWpuMBqxU+jah2hplMHTL5WBf/yGFWGrkVsmWOEhsypvoEX3DeE8AuCq1iaNjdpDUDCcOBt3LuUVIz4Aibht6YO8xp/7zz7A0G2AXlbnw==";
    let asked = form(&training_catalog(), &catalog, &[]).unwrap();
    assert_eq!(asked[2..], [("filterby", enciphered.to_owned())]);
    let plan = [&common[..], &[("Completion_Status", "Completed"), ("Expiry_Date", "01/01/2016")]].concat();
    let enciphered = "7uaJdZq4hsD1Gr8J3JnNKzJD++Dv4LLR0DzB5YnQcK/31mc0XqOUSG7SnU5pIl2WiP1a1h/r2JtsTZfCvH/XyWSge00eWc6fW6tvCVSvBMcgXjup4lKDVFCcxJ9X+71nw5UKM64EdQUN2KMC1p+ZEXCJUt41CR0NQ46dvNnIfXUVJxnkDweTPfXMSYOgjciPbhcf8tUm9hLYZ07pR2+1Gd3d3Lq4vRnkPOBiMvEQ7E0=";
    let asked = form(&training_plan(), &plan, &[]).unwrap();
    assert_eq!(asked[2..], [("filterby", enciphered.to_owned())]);
}

/// `Parameter_List=curriculum_id,curriculum_name,reference_title` by openssl.
#[test]
fn a_list_of_values_names_what_curricula_are_told_apart_by() {
    let enciphered =
        "nQkFB3tlGF4B66BjYSH8hmf58aXsFNOz+xSa9PMpPcSSmnx/10Q6qCtR8YbPgteUbUQmzzudTu7dmQqzt8bQhw==";
    for list in ["curriculum_id,curriculum_name, reference_title", "curriculum_name,reference_title"] {
        let asked = form(&training_plan(), &[("outputlist", list)], &[]).unwrap();
        assert_eq!(asked[2..], [("outputlist", enciphered.to_owned())], "{list}");
    }
}

/// `Accessibility=Public,Private,Paid~Rating=1,2` by openssl.
#[test]
fn several_values_have_commas_and_no_blanks() {
    let parameters = [("Rating", "1, 2"), ("Accessibility", " Public,Private ,Paid")];
    let asked = form(&training_catalog(), &parameters, &[]).unwrap();
    let enciphered = "7uaJdZq4hsD1Gr8J3JnNKxOfzTivazISEx88Q26WQSR9TTU9brPBYLIVK5y5nFX1";
    assert_eq!(asked[2..], [("filterby", enciphered.to_owned())]);
}

#[test]
fn what_would_be_read_as_something_else_is_not_asked() {
    let check = |parameters: &[(&str, &str)], names: &[(&str, &str)], expected: &str| {
        let refused = form(&training_catalog(), parameters, names).unwrap_err();
        assert!(refused.starts_with(expected), "{refused}");
        assert!(!refused.contains("pall"), "{refused}");
    };
    check(&[("Status", "pall~Rating=1")], &[], "Status holds `~`");
    check(&[("Status", "pall=1")], &[], "Status holds `=`");
    check(&[("outputlist", "pall=1")], &[], "outputlist holds `=`");
    check(&[("Expiry_Date", "pall")], &[], "Expiry_Date is no parameter of upsidelms.training_catalog");
    check(&[], &[("Login", "pall~avi")], "Login holds `~`");
    check(&[], &[("Email", "pall=avi@example.org")], "Email holds `=`");
    check(&[], &[("Phone", "pall")], "Phone names no learner");
    check(&[], &[("Login", " ")], "the question names no learner");
}
