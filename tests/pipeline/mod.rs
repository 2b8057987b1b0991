//! The main job from the drop folder to the LMS and the mail. The numbers in the names of tests are those
//! of the rules about people that they hold Rollbook to.

mod cells;
mod first_load;
mod guards;
mod leaving;
mod managers;
mod presence;
mod repeats;

mod bad_files;
mod corrections;
mod faults;
mod sample;
mod secrets;
