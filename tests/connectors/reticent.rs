//! Simulated LMSs that do not tell all: nothing is done twice, and nobody is refused for what is said of others.

use rollbook::sandbox::{
    SandboxOptions, SmarteruOptions, SmarteruUser, UpsideLmsIdentifier, UpsideLmsLearner, UpsideLmsOptions,
    UpsideLmsPlans,
};

use super::scene::refusals;
use crate::harness::{Setup, World};

fn world(connection: &str, operation: &str, fields: &str, options: SandboxOptions) -> World {
    let job = format!(
        "[source]\nfolder = \"../inbox\"\npattern = \"people-*.csv\"\nkey = [\"id\"]\nrows = \"delta\"\n\
         settle_s = 0\n\n[[push]]\nconnection = \"{connection}\"\noperation = \"{operation}\"\n\n\
         [push.fields]\n{fields}\n"
    );
    let mut setup = Setup::products().connection("timeout_s = 1");
    setup.jobs = vec![("people".to_owned(), job)];
    setup.portals = vec![("upside", options)];
    setup.start()
}

mod upsidelms {
    use super::*;

    /// A portal that knows L1 and has lost the answer to the first assignment.
    fn portal(options: UpsideLmsOptions) -> World {
        let learner = UpsideLmsLearner { unique_id: "L1".to_owned(), ..UpsideLmsLearner::default() };
        let upsidelms = UpsideLmsOptions { learners: vec![learner], ..options };
        let fields = "unique_id = \"id\"\ncurr_id = \"course\"";
        let options = SandboxOptions { upsidelms, ..SandboxOptions::default() };
        let world = world("upside", "assign_curriculum", fields, options);
        world.break_lms("script=lose,only=assigncurriculum");
        world
    }

    /// What comes of an assignment whose answer is lost; it has been made, and mailed, once.
    #[track_caller]
    fn check(options: UpsideLmsOptions, course: &str, said: &str, calls: usize) {
        let mut world = portal(options);
        world.sync_bytes(format!("id,course\nL1,{course}\n").as_bytes()).expect(said);
        let effects = world.lms().effects();
        let effect = effects.assignment("upsidelms", "L1 / 167").unwrap();
        assert_eq!((effect.applied, effect.count("mails")), (1, 1), "{effects:#?}");
        let sent = |world: &World| {
            let calls = world.lms().calls().into_iter();
            calls.filter(|call| call.method == "assigncurriculum").count()
        };
        assert_eq!(sent(&world), calls);
        world.sync_bytes(format!("id,course\nL1,{course}\n").as_bytes());
        assert_eq!(sent(&world), calls, "the next file sends nothing");
    }

    fn plans(plans: UpsideLmsPlans) -> UpsideLmsOptions {
        UpsideLmsOptions { plans, ..UpsideLmsOptions::default() }
    }

    #[test]
    fn a_plan_without_a_token_is_left_to_a_person() {
        let without_token = UpsideLmsPlans { without_token: true, ..UpsideLmsPlans::default() };
        check(plans(without_token.clone()), "167", "partial, 1 create, 1 in_doubt", 1);
        let by_email = UpsideLmsPlans { known_by: Some(UpsideLmsIdentifier::Email), ..without_token };
        check(plans(by_email), "167", "partial, 1 create, 1 in_doubt", 1);
    }

    /// The LMS says that there is nothing; what is sent again it has already, and mails nobody.
    #[test]
    fn a_plan_that_does_not_show_it_mails_nobody_twice() {
        let usual = UpsideLmsPlans::default;
        for odd in [
            UpsideLmsPlans { late: 1, ..usual() },
            UpsideLmsPlans { hidden: vec!["167".to_owned()], ..usual() },
            UpsideLmsPlans { known_by: Some(UpsideLmsIdentifier::Username), ..usual() },
        ] {
            check(plans(odd), "167", "ok, 1 create, 1 already", 2);
        }
    }

    #[test]
    fn a_number_is_found_without_its_zeros() {
        let numbers = || UpsideLmsOptions { ids_are_numbers: true, ..UpsideLmsOptions::default() };
        check(numbers(), "000167", "ok, 1 create, 1 accepted", 1);
        let mut world = portal(numbers());
        world.break_lms("");
        world.sync_bytes(b"id,course\nL1,0167\n").expect("ok, 1 create, 1 accepted");
        assert_eq!(world.lms().calls().len(), 1, "its own answer tells, so nothing is looked up");
    }
}

mod smarteru {
    use super::*;

    fn account(smarteru: SmarteruOptions) -> World {
        let fields = "Email = \"mail\"\nGroupName = \"group\"\nLearningModuleID = { value = \"3860\" }\n\
                      LearningModuleSessionID = { value = \"9\" }\nEnrollmentStatus = { value = \"Attended\" }\n\
                      EnrolledDate = { value = \"21-Nov-2026\" }";
        let options = SandboxOptions { smarteru, ..SandboxOptions::default() };
        world("smarteru", "enroll_session_history", fields, options)
    }

    const FOUR: &[u8] =
        b"id,mail,group\n1,a@example.org,g\n2,b@example.org,g\n3,c@example.org,h\n4,d@example.org,g\n";

    fn applied(world: &World) -> Vec<(String, u32)> {
        let effects = world.lms().effects().completions;
        effects.into_iter().map(|effect| (effect.key, effect.applied)).collect()
    }

    fn once(users: &[&str]) -> Vec<(String, u32)> {
        users.iter().map(|user| (format!("{user}@example.org / 9"), 1)).collect()
    }

    #[test]
    fn who_is_enrolled_and_not_named_is_there_already() {
        let unnamed = ["b@example.org", "d@example.org"].map(str::to_owned).into();
        let mut world = account(SmarteruOptions { unnamed, ..SmarteruOptions::default() });
        world.sync_bytes(FOUR).expect("ok, 4 create, 2 accepted, 2 already");
        assert_eq!(applied(&world), once(&["a", "b", "c", "d"]));
    }

    /// B is not in the group of A and D, and the answer names no row but the group.
    fn b_is_elsewhere(fails_beside_others: bool) -> SmarteruOptions {
        let user = |name: &str, group: &str| SmarteruUser {
            email: format!("{name}@example.org"),
            groups: vec![group.to_owned()],
            ..SmarteruUser::default()
        };
        let users = vec![user("a", "g"), user("b", "h"), user("c", "h"), user("d", "g")];
        let lost_in_batches = vec!["a@example.org".to_owned()];
        SmarteruOptions { users, lost_in_batches, fails_beside_others, ..SmarteruOptions::default() }
    }

    #[test]
    fn an_error_of_a_group_refuses_the_one_whom_it_is_about() {
        for (fails, said) in [
            (false, "partial, 4 create, 3 accepted, 1 refused"),
            // Failed, it says, with entries in Info: they are sent again one by one.
            (true, "partial, 4 create, 1 accepted, 2 already, 1 refused"),
        ] {
            let mut world = account(b_is_elsewhere(fails));
            let account = world.sync_bytes(FOUR).expect(said);
            assert!(refusals(&account)[0].starts_with("3 ESH:23: "), "{account:#?}");
            assert_eq!(applied(&world), once(&["a", "c", "d"]));
        }
    }
}
