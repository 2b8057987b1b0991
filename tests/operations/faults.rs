//! Every operation of the registry under every fault: what the run says, how many calls were made, and how
//! often the LMS carried the record out.

use rollbook::connectors::{PRODUCTS, Settings};
use rollbook::model::OperationKind;

use rollbook::sandbox::UpsideLmsLearner;

use super::stands::{STANDS, Stand};
use crate::harness::{Setup, World};

/// What becomes of one record whose first call meets a fault.
struct Expected {
    /// The fault, as the sandbox names it.
    fault: &'static str,
    /// Whether the call takes effect before it goes wrong.
    takes_effect: bool,
    /// Whether it is sure that it took none.
    surely_none: bool,
}

const FAULTS: [Expected; 9] = [
    Expected { fault: "throttle", takes_effect: false, surely_none: true },
    Expected { fault: "fail", takes_effect: false, surely_none: false },
    Expected { fault: "err500", takes_effect: false, surely_none: false },
    Expected { fault: "html", takes_effect: false, surely_none: false },
    Expected { fault: "hang", takes_effect: false, surely_none: false },
    Expected { fault: "garbage", takes_effect: true, surely_none: false },
    Expected { fault: "cut", takes_effect: true, surely_none: false },
    Expected { fault: "lose", takes_effect: true, surely_none: false },
    Expected { fault: "busy", takes_effect: true, surely_none: false },
];

fn world(stand: &Stand) -> World {
    let mut setup = Setup::products().connection("timeout_s = 1");
    setup.jobs = vec![("people".to_owned(), stand.job())];
    let learners =
        ["L1", "L2"].map(str::to_owned).into_iter().chain((0..9).map(|number| format!("X{number}")));
    let learner = |unique_id| UpsideLmsLearner { unique_id, ..UpsideLmsLearner::default() };
    setup.portal(|portal| portal.learners = learners.map(learner).collect()).start()
}

#[test]
fn every_operation_has_a_stand() {
    let mut known: Vec<String> = PRODUCTS
        .iter()
        .flat_map(|product| (product.operations)(&Settings::default()))
        // Pulls deliver nothing, and have stands of their own.
        .filter(|operation| operation.kind != OperationKind::Pull)
        .map(|operation| {
            let stand = STANDS.iter().find(|stand| stand.operation == operation.name.as_str());
            let stand = stand.unwrap_or_else(|| panic!("{} owes a stand", operation.name));
            assert_eq!(stand.repeatable, operation.repeatable, "{}", operation.name);
            assert_eq!(stand.reads_back, operation.reads_back, "{}", operation.name);
            assert_eq!(stand.method.is_empty(), operation.kind == OperationKind::Links, "{}", operation.name);
            operation.name.to_string()
        })
        .collect();
    known.sort();
    let calling: Vec<&str> =
        STANDS.iter().filter(|stand| !stand.method.is_empty()).map(|stand| stand.operation).collect();
    assert_eq!(calling, UNDER_EVERY_FAULT);
    let mut stands: Vec<&str> = STANDS.iter().map(|stand| stand.operation).collect();
    stands.sort_unstable();
    assert_eq!(known, stands);
}

#[test]
fn every_operation_delivers_and_sends_nothing_twice() {
    for stand in STANDS {
        let mut world = world(stand);
        world.sync_bytes(&stand.csv(2)).expect("ok, 2 create, 2 accepted");
        let calls = stand.calls(world.lms());
        assert_eq!(calls == 0, stand.method.is_empty(), "{}", stand.operation);
        let effects = (stand.applied)(&world.lms().effects());
        assert!(stand.method.is_empty() || effects == [1, 1], "{}: {effects:?}", stand.operation);
        world.sync_bytes(&stand.csv(1)).expect("ok, 1 unchanged");
        assert_eq!(stand.calls(world.lms()), calls, "{}", stand.operation);
    }
}

/// Takes one operation through every fault: in one world, with a record of its own for each.
fn under_every_fault(stand: &Stand) {
    let mut world = world(stand);
    world.leftovers = true;
    for (number, expected) in FAULTS.iter().enumerate() {
        let what = format!("{} under {}", stand.operation, expected.fault);
        let id = format!("{}{number}", if stand.operation.ends_with("manage_user") { "U" } else { "X" });
        let [header, row, _] = stand.export;
        let key = row.split(',').next().unwrap();
        // Every place that tells the record from the others.
        let row = row.replace(key, &id).replace("ann@", &format!("ann{number}@"));
        world.break_lms(&format!("script={},only={}", expected.fault, stand.method));
        let before = stand.calls(world.lms());
        let total = applied_in_all(&world);
        let account = world.sync_bytes(format!("{header}\n{row}\n").as_bytes());
        let calls = stand.calls(world.lms()) - before;
        let applied = applied_in_all(&world) - total;
        let doubtful = !stand.repeatable && !expected.surely_none;
        let said = account.said();
        match (doubtful, stand.reads_back) {
            // It is not known, and nobody can tell: never sent again.
            (true, false) => {
                assert_eq!(said, "partial, 1 create, 1 in_doubt", "{what}: {account:#?}");
                assert_eq!((calls, applied), (1, u32::from(expected.takes_effect)), "{what}");
            }
            // Read back: there, or sent once more.
            (true, true) => {
                assert_eq!(said, "ok, 1 create, 1 accepted", "{what}: {account:#?}");
                let wanted = if expected.takes_effect { 1 } else { 2 };
                assert_eq!((calls, applied), (wanted, 1), "{what}");
            }
            // A repeat does no harm; and yet the LMS is asked first what it has of a record that went alone.
            (false, true) if !expected.surely_none => {
                assert_eq!(said, "ok, 1 create, 1 accepted", "{what}: {account:#?}");
                // A task may have its effect after it was looked for.
                let wanted = if expected.takes_effect { 1..=2 } else { 2..=2 };
                assert!(wanted.contains(&calls), "{what}: {calls} calls");
                assert!((1..=2).contains(&applied), "{what}: applied {applied} times");
            }
            (false, _) => {
                let ends = ["ok, 1 create, 1 accepted", "ok, 1 create, 1 already"];
                assert!(ends.contains(&said.as_str()), "{what}: {account:#?}");
                assert_eq!(calls, 2, "{what}");
                assert!((1..=2).contains(&applied), "{what}: applied {applied} times");
            }
        }
    }
}

// One test an operation, so that their pauses pass side by side.
macro_rules! under_every_fault {
    ($($name:ident: $operation:literal;)*) => {
        const UNDER_EVERY_FAULT: &[&str] = &[$($operation),*];
        $(
        #[test]
        fn $name() {
            under_every_fault(STANDS.iter().find(|stand| stand.operation == $operation).unwrap());
        }
        )*
    };
}

under_every_fault! {
    users_under_every_fault: "upsidelms.manage_user";
    assignments_under_every_fault: "upsidelms.assign_curriculum";
    crowdwisdom_under_every_fault: "crowdwisdom.set_completion";
    ispring_under_every_fault: "ispring.update_modules_statuses";
    smarteru_under_every_fault: "smarteru.enroll_session_history";
}

fn applied_in_all(world: &World) -> u32 {
    let effects = world.lms().effects();
    let users = effects.users.values().map(|user| user.creates + user.updates).sum::<u32>();
    users + effects.assignments.iter().chain(&effects.completions).map(|effect| effect.applied).sum::<u32>()
}
