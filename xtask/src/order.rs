//! The order of a module's functions. A page loads modules compressed, and the compressor looks 32 kB back: functions that are
//! alike shall stand near each other, which makes what is loaded smaller by 3 %.

use std::collections::{HashMap, VecDeque};

/// How far back is looked, in bytes.
const WINDOW: usize = 1 << 15;
/// What two functions have in common is counted in pieces of so many bytes.
const PIECE: usize = 6;
/// A piece that more functions have says nothing.
const COMMON: usize = 32;

/// The module with its functions named such that they come in the order wanted when sorted by name. Nothing where it cannot
/// be read.
pub fn named(module: &[u8]) -> Option<Vec<u8>> {
    let mut rest = Bytes(module);
    let mut out = rest.take(8)?.to_vec();
    let (mut imported, mut bodies) = (0, Vec::new());
    while !rest.0.is_empty() {
        let start = rest.0;
        let (id, length) = (rest.byte()?, rest.number()?);
        let content = rest.take(length)?;
        match id {
            0 if Bytes(content).text()? == b"name" => continue,
            2 => imported = functions_imported(content)?,
            10 => bodies = bodies_of(content)?,
            _ => {}
        }
        out.extend(&start[..start.len() - rest.0.len()]);
    }
    let mut places: Vec<usize> = vec![0; bodies.len()];
    for (place, function) in order(&bodies).into_iter().enumerate() {
        places[function] = place;
    }
    let mut names = number(bodies.len());
    for (function, place) in places.into_iter().enumerate() {
        names.extend(number(imported + function));
        names.extend(text(&format!("{place:06}")));
    }
    let mut section = text("name");
    section.push(1); // names of functions
    section.extend(number(names.len()));
    section.extend(names);
    out.push(0);
    out.extend(number(section.len()));
    out.extend(section);
    Some(out)
}

/// One after the other, each the one that shares most with those that stand within the window before it.
fn order(bodies: &[&[u8]]) -> Vec<usize> {
    let (pieces, holders) = pieces(bodies);
    let mut left: Vec<usize> = (0..bodies.len()).collect();
    let mut order = Vec::with_capacity(bodies.len());
    // How often a piece stands in the window, and how many of its pieces each function finds there.
    let (mut there, mut shared) = (vec![0_u32; holders.len()], vec![0_u32; bodies.len()]);
    let (mut window, mut length): (VecDeque<usize>, usize) = (VecDeque::new(), 0);
    let next = |left: &[usize], shared: &[u32]| {
        // Long ones share more than short ones anyway.
        let score =
            |function: usize| f64::from(shared[function]) / (bodies[function].len() + 100) as f64;
        (0..left.len()).max_by(|a, b| {
            score(left[*a]).total_cmp(&score(left[*b])).then(left[*b].cmp(&left[*a]))
        })
    };
    while let Some(place) = next(&left, &shared) {
        let function = left.swap_remove(place);
        order.push(function);
        window.push_back(function);
        length += bodies[function].len();
        for piece in &pieces[function] {
            there[*piece] += 1;
            if there[*piece] == 1 {
                holders[*piece].iter().for_each(|holder| shared[*holder] += 1);
            }
        }
        while length > WINDOW && window.len() > 1 {
            let Some(gone) = window.pop_front() else { break };
            length -= bodies[gone].len();
            for piece in &pieces[gone] {
                there[*piece] -= 1;
                if there[*piece] == 0 {
                    holders[*piece].iter().for_each(|holder| shared[*holder] -= 1);
                }
            }
        }
    }
    order
}

/// The pieces that each function has and a few others have too, and the functions that have each piece.
fn pieces(bodies: &[&[u8]]) -> (Vec<Vec<usize>>, Vec<Vec<usize>>) {
    let mut numbers: HashMap<&[u8], usize> = HashMap::new();
    let mut holders: Vec<Vec<usize>> = Vec::new();
    for (function, body) in bodies.iter().enumerate() {
        for piece in body.windows(PIECE) {
            let number = *numbers.entry(piece).or_insert(holders.len());
            if number == holders.len() {
                holders.push(Vec::new());
            }
            if holders[number].last() != Some(&function) && holders[number].len() <= COMMON {
                holders[number].push(function);
            }
        }
    }
    holders.retain(|holders| (2..=COMMON).contains(&holders.len()));
    let mut pieces = vec![Vec::new(); bodies.len()];
    for (piece, holders) in holders.iter().enumerate() {
        holders.iter().for_each(|holder| pieces[*holder].push(piece));
    }
    (pieces, holders)
}

fn functions_imported(section: &[u8]) -> Option<usize> {
    let mut rest = Bytes(section);
    let mut functions = 0;
    for _ in 0..rest.number()? {
        rest.text()?;
        rest.text()?;
        match rest.byte()? {
            0 => {
                rest.number()?;
                functions += 1;
            }
            kind @ (1 | 2) => {
                rest.take(usize::from(kind == 1))?; // what a table holds
                let flags = rest.byte()?;
                rest.number()?;
                if flags & 1 == 1 {
                    rest.number()?;
                }
            }
            3 => {
                rest.take(2)?;
            }
            _ => return None,
        }
    }
    Some(functions)
}

fn bodies_of(section: &[u8]) -> Option<Vec<&[u8]>> {
    let mut rest = Bytes(section);
    (0..rest.number()?)
        .map(|_| {
            let length = rest.number()?;
            rest.take(length)
        })
        .collect()
}

/// What is left to read.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1).map(|taken| taken[0])
    }

    /// A number in groups of seven bits, the low ones first.
    fn number(&mut self) -> Option<usize> {
        let (mut number, mut shift) = (0, 0);
        loop {
            let byte = self.byte()?;
            number |= usize::from(byte & 127) << shift;
            shift += 7;
            if byte < 128 || shift > 28 {
                return Some(number);
            }
        }
    }

    fn text(&mut self) -> Option<&'a [u8]> {
        let length = self.number()?;
        self.take(length)
    }
}

fn number(mut number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let low = (number & 127) as u8;
        number >>= 7;
        if number == 0 {
            bytes.push(low);
            return bytes;
        }
        bytes.push(low | 128);
    }
}

fn text(text: &str) -> Vec<u8> {
    [number(text.len()), text.as_bytes().to_vec()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A module with an imported memory and function, and functions of these bodies.
    fn module(bodies: &[Vec<u8>]) -> Vec<u8> {
        let section =
            |id: u8, content: Vec<u8>| [vec![id], number(content.len()), content].concat();
        let imports =
            [number(2), text("a"), text("m"), vec![2, 1, 1, 9], text("a"), text("f"), vec![0, 0]]
                .concat();
        let code = bodies.iter().flat_map(|body| [number(body.len()), body.clone()].concat());
        let code = number(bodies.len()).into_iter().chain(code).collect();
        [
            b"\0asm\x01\0\0\0".to_vec(),
            section(2, imports),
            section(10, code),
            section(0, text("name")),
        ]
        .concat()
    }

    #[test]
    fn those_that_are_alike_stand_together() {
        let alike = |sign: u8| {
            (0..40).map(|at: u8| if at == 20 { 0 } else { at * 5 + sign }).collect::<Vec<_>>()
        };
        let bodies = [alike(1), alike(2), alike(3), alike(1), alike(2), alike(3)];
        let order = order(&bodies.each_ref().map(Vec::as_slice));
        for pair in order.chunks(2) {
            assert_eq!(bodies[pair[0]], bodies[pair[1]], "{order:?}");
        }
    }

    #[test]
    fn every_function_has_a_name_behind_the_imported_ones() {
        let named = named(&module(&[vec![1; 9], vec![2; 9]])).unwrap();
        let old = module(&[vec![1; 9], vec![2; 9]]);
        let section = [
            text("name"),
            vec![1],
            number(17),
            vec![2],
            vec![1],
            text("000000"),
            vec![2],
            text("000001"),
        ]
        .concat();
        let kept = &old[..old.len() - 7];
        assert_eq!(named, [kept, &[0], &number(section.len()), &section].concat());
        assert_eq!(super::named(b"\0asm"), None);
        assert_eq!(super::named(&old[..old.len() - 9]), None);
    }

    #[test]
    fn numbers_come_back() {
        for value in [0, 1, 127, 128, 300, 16_384, 1 << 28] {
            assert_eq!(Bytes(&number(value)).number(), Some(value));
        }
    }
}
