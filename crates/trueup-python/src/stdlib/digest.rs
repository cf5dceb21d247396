//! Digests: MD5 (RFC 1321), SHA-1 and SHA-256 (FIPS 180-4), which names of constraints and fixed UUIDs are made of.
//!
//! They are pure functions of their input, so what a project computes with them is known. Nothing depends on their
//! strength.

use std::rc::Rc;

use crate::error::PyResult;
use crate::native::Args;
use crate::value::Value;
use crate::vm::Vm;

pub(super) fn register(vm: &mut Vm) {
    vm.register("hashlib._digest", digest);
    vm.register("hashlib._hex", hex);
    vm.register("uuid._bytes_of", bytes_of);
}

/// `_digest(name, data)`: the bytes of a digest.
fn digest(vm: &mut Vm, args: Args) -> PyResult {
    if let Some(unknown) = args.first_unknown() {
        return Ok(Value::Unknown(unknown.clone()));
    }
    let (Some(name), Some(Value::Bytes(data))) = (args.get("name").and_then(Value::as_str), args.get("data"))
    else {
        return Err(vm.type_error("Strings must be encoded before hashing"));
    };
    vm.spend(data.len() / 16)?;
    Ok(match &*name {
        "md5" => Value::Bytes(Rc::from(md5(data))),
        "sha1" => Value::Bytes(Rc::from(sha1(data))),
        "sha256" => Value::Bytes(Rc::from(sha256(data))),
        other => vm.unknown(format!("the digest `{other}` is not computed")),
    })
}

/// `_hex(data)`: bytes as hexadecimal digits.
fn hex(vm: &mut Vm, args: Args) -> PyResult {
    match args.get("data") {
        Some(Value::Bytes(data)) => {
            let mut digits = String::with_capacity(2 * data.len());
            for byte in data.iter() {
                digits.push_str(&format!("{byte:02x}"));
            }
            Ok(Value::str(digits))
        }
        Some(unknown @ Value::Unknown(_)) => Ok(unknown.clone()),
        _ => Err(vm.type_error("only bytes have hexadecimal digits")),
    }
}

/// `_bytes_of(digits)`: the bytes of a UUID's digits.
fn bytes_of(vm: &mut Vm, args: Args) -> PyResult {
    let digits = match args.get("digits") {
        Some(unknown @ Value::Unknown(_)) => return Ok(unknown.clone()),
        found => found.and_then(Value::as_str).unwrap_or_default(),
    };
    let byte = |at: usize| digits.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
    match (0..digits.len()).step_by(2).map(byte).collect::<Option<Vec<u8>>>() {
        Some(bytes) => Ok(Value::Bytes(Rc::from(bytes))),
        None => Err(vm.raise("ValueError", "badly formed hexadecimal UUID string")),
    }
}

/// Returns the input filled up to whole blocks of 64 bytes, with its length in bits at the end.
fn padded(input: &[u8], length: [u8; 8]) -> Vec<u8> {
    let mut message = input.to_vec();
    message.push(0x80);
    while message.len() % 64 != 56 {
        message.push(0);
    }
    message.extend_from_slice(&length);
    message
}

fn bits(input: &[u8]) -> u64 {
    (input.len() as u64).wrapping_mul(8)
}

fn big_endian(block: &[u8], words: &mut [u32]) {
    for (word, bytes) in words.iter_mut().zip(block.chunks_exact(4)) {
        *word = bytes.iter().fold(0, |word, byte| (word << 8) | u32::from(*byte));
    }
}

fn md5(input: &[u8]) -> Vec<u8> {
    const ROTATIONS: [[u32; 4]; 4] = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]];
    let mut state = [0x6745_2301_u32, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];
    for block in padded(input, bits(input).to_le_bytes()).chunks_exact(64) {
        let mut words = [0_u32; 16];
        big_endian(block, &mut words);
        let [mut a, mut b, mut c, mut d] = state;
        for step in 0..64 {
            let (mixed, word) = match step / 16 {
                0 => ((b & c) | (!b & d), step),
                1 => ((d & b) | (!d & c), (5 * step + 1) % 16),
                2 => (b ^ c ^ d, (3 * step + 5) % 16),
                _ => (c ^ (b | !d), (7 * step) % 16),
            };
            // RFC 1321 §3.4: the table's entries are the whole part of 2³² · |sin(step + 1)|.
            let constant = (4_294_967_296.0 * ((step + 1) as f64).sin().abs()) as u32;
            let sum = a.wrapping_add(mixed).wrapping_add(constant).wrapping_add(words[word].swap_bytes());
            (a, d, c) = (d, c, b);
            b = b.wrapping_add(sum.rotate_left(ROTATIONS[step / 16][step % 4]));
        }
        for (word, add) in state.iter_mut().zip([a, b, c, d]) {
            *word = word.wrapping_add(add);
        }
    }
    state.iter().flat_map(|word| word.to_le_bytes()).collect()
}

#[expect(clippy::many_single_char_names, reason = "the variables have the names of the standard")]
fn sha1(input: &[u8]) -> Vec<u8> {
    let mut state = [0x6745_2301_u32, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0];
    for block in padded(input, bits(input).to_be_bytes()).chunks_exact(64) {
        let mut words = [0_u32; 80];
        big_endian(block, &mut words[..16]);
        for at in 16..80 {
            words[at] = (words[at - 3] ^ words[at - 8] ^ words[at - 14] ^ words[at - 16]).rotate_left(1);
        }
        let [mut a, mut b, mut c, mut d, mut e] = state;
        for (step, word) in words.iter().enumerate() {
            let (mixed, constant) = match step / 20 {
                0 => ((b & c) | (!b & d), 0x5a82_7999),
                1 => (b ^ c ^ d, 0x6ed9_eba1),
                2 => ((b & c) | (b & d) | (c & d), 0x8f1b_bcdc),
                _ => (b ^ c ^ d, 0xca62_c1d6_u32),
            };
            let sum = a.rotate_left(5).wrapping_add(mixed).wrapping_add(e).wrapping_add(constant);
            (e, d, c, b, a) = (d, c, b.rotate_left(30), a, sum.wrapping_add(*word));
        }
        for (word, add) in state.iter_mut().zip([a, b, c, d, e]) {
            *word = word.wrapping_add(add);
        }
    }
    state.iter().flat_map(|word| word.to_be_bytes()).collect()
}

/// Returns the first 32 bits of the fraction of a root of each of the first primes (FIPS 180-4 §4.2.2 and §5.3.3).
fn fractions<const N: usize>(root: impl Fn(f64) -> f64) -> [u32; N] {
    let mut primes = (2_u32..)
        .filter(|number| (2..*number).take_while(|by| by * by <= *number).all(|by| number % by != 0));
    std::array::from_fn(|_| {
        let value = root(f64::from(primes.next().unwrap_or(2)));
        (value.fract() * 4_294_967_296.0) as u32
    })
}

#[expect(clippy::many_single_char_names, reason = "the variables have the names of the standard")]
fn sha256(input: &[u8]) -> Vec<u8> {
    let constants: [u32; 64] = fractions(f64::cbrt);
    let mut state: [u32; 8] = fractions(f64::sqrt);
    for block in padded(input, bits(input).to_be_bytes()).chunks_exact(64) {
        let mut words = [0_u32; 64];
        big_endian(block, &mut words[..16]);
        for at in 16..64 {
            let (near, far) = (words[at - 15], words[at - 2]);
            let first = near.rotate_right(7) ^ near.rotate_right(18) ^ (near >> 3);
            let second = far.rotate_right(17) ^ far.rotate_right(19) ^ (far >> 10);
            words[at] = words[at - 16].wrapping_add(first).wrapping_add(words[at - 7]).wrapping_add(second);
        }
        let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = state;
        for (word, constant) in words.iter().zip(constants) {
            let first = (e.rotate_right(6) ^ e.rotate_right(11) ^ e.rotate_right(25))
                .wrapping_add((e & f) ^ (!e & g));
            let sum = h.wrapping_add(first).wrapping_add(constant).wrapping_add(*word);
            let second = a.rotate_right(2) ^ a.rotate_right(13) ^ a.rotate_right(22);
            let second = second.wrapping_add((a & b) ^ (a & c) ^ (b & c));
            (h, g, f, e) = (g, f, e, d.wrapping_add(sum));
            (d, c, b, a) = (c, b, a, sum.wrapping_add(second));
        }
        for (word, add) in state.iter_mut().zip([a, b, c, d, e, f, g, h]) {
            *word = word.wrapping_add(add);
        }
    }
    state.iter().flat_map(|word| word.to_be_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digits(bytes: &[u8]) -> String {
        bytes.iter().fold(String::new(), |digits, byte| format!("{digits}{byte:02x}"))
    }

    #[test]
    fn digests_are_those_of_their_standards() {
        assert_eq!(digits(&md5(b"abc")), "900150983cd24fb0d6963f7d28e17f72");
        assert_eq!(digits(&sha1(b"abc")), "a9993e364706816aba3e25717850c26c9cd0d89d");
        assert_eq!(
            digits(&sha256(b"abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(digits(&md5(&[0x61; 120])), "5f61c0ccad4cac44c75ff505e1f1e537");
    }
}
