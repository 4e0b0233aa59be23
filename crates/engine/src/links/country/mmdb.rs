//! Files in MaxMind's format, as small as a test wants them: networks of IPv4 and what is known of each.

/// What a network's record says.
#[derive(Debug, Clone)]
pub enum Value {
    Text(&'static str),
    Short(u16),
    Number(u32),
    Long(u64),
    Map(Vec<(&'static str, Self)>),
    List(Vec<Self>),
}

/// A node of the search tree: where each of the two next bits leads.
#[derive(Clone, Copy)]
enum Branch {
    Nothing,
    Node(usize),
    /// A place in the data section.
    Data(usize),
}

/// The file of these networks (`203.0.113.0/24`), by the format's specification 2.0 with records of 32 bits.
///
/// # Panics
/// A network cannot be read.
pub fn file(kind: &'static str, networks: &[(&str, Value)]) -> Vec<u8> {
    let mut nodes = vec![[Branch::Nothing; 2]];
    let mut data = Vec::new();
    for (network, value) in networks {
        let place = data.len();
        write(value, &mut data);
        insert(&mut nodes, network, place);
    }
    let mut out = Vec::new();
    for branch in nodes.iter().flatten() {
        let record = match branch {
            Branch::Nothing => nodes.len(),
            Branch::Node(node) => *node,
            Branch::Data(place) => nodes.len() + 16 + place,
        };
        out.extend(u32::try_from(record).expect("a small file").to_be_bytes());
    }
    out.extend([0; 16]);
    out.extend(data);
    out.extend(b"\xab\xcd\xefMaxMind.com");
    let count = u32::try_from(nodes.len()).expect("a small file");
    let about = Value::Map(vec![
        ("binary_format_major_version", Value::Short(2)),
        ("binary_format_minor_version", Value::Short(0)),
        ("build_epoch", Value::Long(1_700_000_000)),
        ("database_type", Value::Text(kind)),
        ("description", Value::Map(vec![("en", Value::Text("Made by a test"))])),
        ("ip_version", Value::Short(4)),
        ("languages", Value::List(vec![Value::Text("en")])),
        ("node_count", Value::Number(count)),
        ("record_size", Value::Short(32)),
    ]);
    write(&about, &mut out);
    out
}

fn insert(nodes: &mut Vec<[Branch; 2]>, network: &str, place: usize) {
    let (address, bits) = network.split_once('/').expect("a network");
    let address = u32::from(address.parse::<std::net::Ipv4Addr>().expect("an address"));
    let bits: u32 = bits.parse().expect("a length");
    let mut node = 0;
    for bit in 0..bits {
        let side = (address >> (31 - bit) & 1) as usize;
        if bit + 1 == bits {
            nodes[node][side] = Branch::Data(place);
        } else if let Branch::Node(next) = nodes[node][side] {
            node = next;
        } else {
            let next = nodes.len();
            nodes.push([Branch::Nothing; 2]);
            nodes[node][side] = Branch::Node(next);
            node = next;
        }
    }
}

fn write(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Text(text) => {
            begin(2, text.len(), out);
            out.extend(text.as_bytes());
        }
        Value::Short(number) => {
            begin(5, 2, out);
            out.extend(number.to_be_bytes());
        }
        Value::Number(number) => {
            begin(6, 4, out);
            out.extend(number.to_be_bytes());
        }
        Value::Long(number) => {
            begin(9, 8, out);
            out.extend(number.to_be_bytes());
        }
        Value::Map(pairs) => {
            begin(7, pairs.len(), out);
            for (key, value) in pairs {
                write(&Value::Text(key), out);
                write(value, out);
            }
        }
        Value::List(values) => {
            begin(11, values.len(), out);
            values.iter().for_each(|value| write(value, out));
        }
    }
}

/// The control byte of a type with its size, of which a single byte says up to 284.
fn begin(kind: u8, size: usize, out: &mut Vec<u8>) {
    let (small, more) = if size < 29 { (size as u8, None) } else { (29, Some((size - 29) as u8)) };
    // Types above seven have their number, less seven, in a byte of its own.
    if kind > 7 {
        out.extend([small, kind - 7]);
    } else {
        out.push(kind << 5 | small);
    }
    out.extend(more);
}
