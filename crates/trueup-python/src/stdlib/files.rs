//! Files of the project: revisions read SQL that lies beside them. Reading is for the host, and nothing is written.

use std::rc::Rc;

use crate::error::PyResult;
use crate::native::{Args, Entry};
use crate::value::Value;
use crate::vm::Vm;

pub(super) fn register(vm: &mut Vm) {
    vm.register("os.path._read", |vm, args| {
        answer(vm, &args, |entry| match entry {
            Entry::File(text) => Some(Value::Str(text)),
            Entry::Folder(_) => None,
        })
    });
    vm.register("os.path._names", |vm, args| {
        answer(vm, &args, |entry| match entry {
            Entry::Folder(names) => {
                Some(Value::list(names.into_iter().map(|name| Value::Str(Rc::from(name))).collect()))
            }
            Entry::File(_) => None,
        })
    });
    vm.register("os.path._is_folder", |vm, args| {
        answer(vm, &args, |entry| Some(Value::Bool(matches!(entry, Entry::Folder(_)))))
    });
}

/// Asks the host for a path; what it does not tell is unknown, a missing file too: it may be made elsewhere.
fn answer(vm: &mut Vm, args: &Args, of: impl Fn(Entry) -> Option<Value>) -> PyResult {
    if let Some(unknown) = args.first_unknown() {
        return Ok(Value::Unknown(unknown.clone()));
    }
    let path = args.receiver().as_str().map(|path| path.to_string()).unwrap_or_default();
    let found = vm.host().entry(&path).and_then(of);
    if let Some(Value::Str(text)) = &found {
        vm.spend(text.len() / 8)?;
    }
    Ok(found.unwrap_or_else(|| vm.unknown(format!("what is on the disk is not known (`{path}`)"))))
}
