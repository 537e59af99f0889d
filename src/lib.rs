//! Hymy after the observation: numbers in, a private summary out. Nothing in this crate can hold a frame;
//! what it knows of a picture is [`hymy_vision::Observation`].

pub mod decide;
pub mod observation_line;
pub mod transaction;

pub mod signals;

pub mod summary;
pub mod tips;

pub mod release;

pub mod customer;

pub mod analysis;
#[cfg(feature = "lab")]
pub mod bench;
pub mod calibrate;
pub mod camera;
pub mod demo;
#[cfg(feature = "lab")]
pub mod eval;
pub mod fit;
#[cfg(feature = "lab")]
pub mod tune;

pub mod about;
pub mod consent;
pub mod terms;

pub mod export;
pub mod store;
pub mod till;
pub mod vault;

pub mod kiosk;

pub mod control;
pub mod health;
pub mod mqtt;
pub mod setup;
pub mod tls;
pub mod web;

pub mod clock;
pub mod config;
pub mod confine;
pub mod telemetry;

#[cfg(doctest)]
mod wall;
