//! A small graph of the same kind becomes an encoder's file.

use inference::TransformerWeights;
use prost::Message;

use super::{
    onnx::{FLOAT, Graph, INT8, INT32, Initializer, Model},
    *,
};

const WIDTH: usize = 12;
const EXPANDED: usize = 14;
const N_BANDS: usize = 4;

/// Numbers that tell places apart.
fn number(n: usize) -> i32 {
    (n * 37 % 251) as i32 - 125
}

fn of_floats(name: &str, dims: &[usize], in_raw: bool) -> Initializer {
    let values = (0..dims.iter().product()).map(|n| number(n) as f32 / 16.0);
    Initializer {
        dims: dims.iter().map(|size| *size as i64).collect(),
        data_type: FLOAT,
        name: name.to_owned(),
        float_data: if in_raw {
            vec![]
        } else {
            values.clone().collect()
        },
        raw_data: if in_raw {
            values.flat_map(f32::to_le_bytes).collect()
        } else {
            vec![]
        },
        ..Initializer::default()
    }
}

fn quantised(name: &str, dims: &[usize], n_outputs: usize) -> [Initializer; 3] {
    let values = (0..dims.iter().product()).map(number);
    let weights = Initializer {
        dims: dims.iter().map(|size| *size as i64).collect(),
        data_type: INT8,
        name: format!("{name}_quantized"),
        raw_data: values.map(|value| value as i8 as u8).collect(),
        ..Initializer::default()
    };
    let zero_points = Initializer {
        dims: vec![n_outputs as i64],
        data_type: INT8,
        name: format!("{name}_zero_point"),
        int32_data: vec![0; n_outputs],
        ..Initializer::default()
    };
    [
        weights,
        zero_points,
        of_floats(&format!("{name}_scale"), &[n_outputs], true),
    ]
}

/// A file of the same kind with one block.
fn onnx() -> Vec<u8> {
    let mut initializer = vec![of_floats(POSITIONS, &[9, WIDTH], true)];
    for (name, n_inputs) in [(STEM[0], N_BANDS), (STEM[1], WIDTH)] {
        initializer.extend(quantised(
            &format!("{name}.weight"),
            &[WIDTH, n_inputs, 3],
            WIDTH,
        ));
        initializer.push(of_floats(
            &format!("{name}.bias_quantized_scale"),
            &[WIDTH],
            false,
        ));
        initializer.push(Initializer {
            data_type: INT32,
            name: format!("{name}.bias_quantized"),
            int32_data: (0..WIDTH).map(number).collect(),
            ..Initializer::default()
        });
    }
    for (_, norm) in NORMS {
        for part in ["weight", "bias"] {
            initializer.push(of_floats(
                &format!("inner.encoder.layers.0.{norm}.{part}"),
                &[WIDTH],
                false,
            ));
        }
    }
    for (name, numbers, bias) in LAYERS {
        let (n_inputs, n_outputs) = match name {
            "expand" => (WIDTH, EXPANDED),
            "contract" => (EXPANDED, WIDTH),
            _ => (WIDTH, WIDTH),
        };
        initializer.extend(quantised(
            &format!("val_{}", numbers[0]),
            &[n_inputs, n_outputs],
            n_outputs,
        ));
        let bias = bias.map(|bias| format!("inner.encoder.layers.0.{bias}.bias"));
        initializer.extend(bias.map(|bias| of_floats(&bias, &[n_outputs], true)));
    }
    Model {
        graph: Some(Graph { initializer }),
    }
    .encode_to_vec()
}

#[test]
fn weights_come_to_their_places() {
    let file = encoder_file(&onnx(), 1, 5).expect("it is such a file");
    let weights = TransformerWeights::read(&file, N_BANDS, 1).expect("it is an encoder");
    assert_eq!((weights.width, weights.n_heads), (WIDTH, 6));
    // Theirs is [output, input, frame], ours [output, frame, input].
    let first = &weights.stem[0].weights;
    assert_eq!(
        i32::from(first[(2 * 3 + 1) * N_BANDS + 3]),
        number((2 * N_BANDS + 3) * 3 + 1)
    );
    let bias = number(5) as f32 * (number(5) as f32 / 16.0);
    assert_eq!(weights.stem[1].biases[5], bias);
    // Theirs is [input, output], ours [output, input].
    let expand = &weights.blocks[0].expand;
    assert_eq!(expand.n_outputs(), EXPANDED);
    assert_eq!(
        i32::from(expand.weights[7 * WIDTH + 4]),
        number(4 * EXPANDED + 7)
    );
    assert_eq!(weights.blocks[0].key.biases, [0.0; WIDTH]);
    assert_eq!(
        weights.blocks[0].attention_norm.offsets[3],
        number(3) as f32 / 16.0
    );
    // The last five of nine.
    assert_eq!(weights.positions.len(), 5 * WIDTH);
    for (at, position) in weights.positions.iter().enumerate() {
        let expected = number(4 * WIDTH + at) as f32 / 16.0;
        assert!((position - expected).abs() < 3e-4, "{position}, {expected}");
    }
}

#[test]
fn what_is_no_such_file_is_refused() {
    let refused = |bytes: &[u8], n_blocks| {
        let error = encoder_file(bytes, n_blocks, 5).expect_err("it is refused");
        format!("{error:#}")
    };
    assert!(refused(b"\xff\xff", 1).contains("no ONNX file"));
    assert!(refused(b"", 1).contains("no graph"));
    assert!(refused(&onnx(), 2).contains("layers.1"));
    let mut model = Model::decode(&onnx()[..]).expect("our own");
    let graph = model.graph.as_mut().expect("it has one");
    let zero = graph
        .initializer
        .iter_mut()
        .find(|one| one.name == "val_32_zero_point");
    zero.expect("it has zeros").int32_data[3] = 1;
    assert!(refused(&model.encode_to_vec(), 1).contains("val_32 has zeros"));
    let error = import_encoder(Path::new("Cargo.toml"), 1, 5, Path::new("none"));
    assert!(error.expect_err("no graph").to_string().contains("SHA-256"));
}
