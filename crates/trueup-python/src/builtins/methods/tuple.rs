//! Methods of `tuple`.

use super::super::Table;
use crate::error::PyResult;
use crate::native::Args;
use crate::value::Value;
use crate::vm::{Truth, Vm};

pub(crate) const METHODS: Table = &[("count", count)];

fn count(vm: &mut Vm, args: Args) -> PyResult {
    let item = args.positional.get(1).cloned().unwrap_or(Value::None);
    let mut count = 0;
    for candidate in args.receiver().items().unwrap_or_default() {
        match vm.equals(&candidate, &item)? {
            Truth::True => count += 1,
            Truth::False => {}
            Truth::Unknown(unknown) => return Ok(Value::Unknown(unknown)),
        }
    }
    Ok(Value::Int(count))
}
