//! Limitador 0.14.0 compiles with Redis only if its disk storage is compiled too (the keys of both are made in one
//! module). This has the names that the disk storage uses, and nothing behind them: no server of the tests opens a
//! disk, and the real one is minutes of C++ and needs libclang.

use std::fmt;
use std::marker::PhantomData;
use std::path::Path;

const ABSENT: &str = "the tests' Limitador has no disk storage";

#[derive(Debug)]
pub struct Error;

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(ABSENT)
    }
}

impl std::error::Error for Error {}

impl Error {
    pub fn kind(&self) -> ErrorKind {
        ErrorKind::Other
    }
}

#[derive(PartialEq)]
pub enum ErrorKind {
    TimedOut,
    TryAgain,
    Other,
}

pub enum CompactionDecision {
    Keep,
    Remove,
}

pub enum DBCompressionType {
    None,
    Bz2,
}

pub enum IteratorMode {
    Start,
}

pub struct MultiThreaded;

#[derive(Default)]
pub struct Options;

pub struct MergeOperands;

impl<'a> IntoIterator for &'a MergeOperands {
    type Item = &'a [u8];
    type IntoIter = std::iter::Empty<&'a [u8]>;

    fn into_iter(self) -> Self::IntoIter {
        std::iter::empty()
    }
}

impl Options {
    pub fn set_compression_type(&mut self, _: DBCompressionType) {}
    pub fn create_if_missing(&mut self, _: bool) {}

    pub fn set_compaction_filter<F>(&mut self, _: &str, _: F)
    where
        F: FnMut(u32, &[u8], &[u8]) -> CompactionDecision,
    {
    }

    pub fn set_merge_operator_associative<F>(&mut self, _: &str, _: F)
    where
        F: Fn(&[u8], Option<&[u8]>, &MergeOperands) -> Option<Vec<u8>>,
    {
    }
}

pub struct DBWithThreadMode<Mode>(PhantomData<Mode>);

pub type DB = DBWithThreadMode<MultiThreaded>;

type Entry = Result<(Box<[u8]>, Box<[u8]>), Error>;

impl<Mode> DBWithThreadMode<Mode> {
    pub fn open(_: &Options, _: impl AsRef<Path>) -> Result<Self, Error> {
        Err(Error)
    }

    pub fn get(&self, _: impl AsRef<[u8]>) -> Result<Option<Vec<u8>>, Error> {
        Err(Error)
    }

    pub fn delete(&self, _: impl AsRef<[u8]>) -> Result<(), Error> {
        Err(Error)
    }

    pub fn merge(&self, _: impl AsRef<[u8]>, _: impl AsRef<[u8]>) -> Result<(), Error> {
        Err(Error)
    }

    pub fn iterator(&self, _: IteratorMode) -> std::iter::Empty<Entry> {
        std::iter::empty()
    }

    pub fn prefix_iterator(&self, _: impl AsRef<[u8]>) -> std::iter::Empty<Entry> {
        std::iter::empty()
    }
}
