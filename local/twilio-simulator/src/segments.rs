//! How many SMS one text becomes.

/// One septet each.
const GSM_7: &str = "\n\r !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz¡£¤¥§¿ÄÅÆÇÉÑÖØÜßàäåæèéìñòöøùüΓΔΘΛΞΠΣΦΨΩ";
/// Two septets each: an escape and the character.
const GSM_7_EXTENSION: &str = "\u{c}[\\]^{|}~€";

/// The number of parts that `text` is sent in: GSM-7 (160, else 153 septets a part) if every character is in it, else
/// UCS-2 (70, else 67 units). No character is cut in two; an empty text counts as one.
pub fn count(text: &str) -> u32 {
    if let Some(widths) = text.chars().map(septets).collect::<Option<Vec<u32>>>() {
        return parts(&widths, 160, 153);
    }
    let units: Vec<u32> = text.chars().map(|c| if c.len_utf16() == 2 { 2 } else { 1 }).collect();
    parts(&units, 70, 67)
}

fn septets(character: char) -> Option<u32> {
    if GSM_7.contains(character) {
        Some(1)
    } else if GSM_7_EXTENSION.contains(character) {
        Some(2)
    } else {
        None
    }
}

fn parts(widths: &[u32], single_limit: u32, part_limit: u32) -> u32 {
    if widths.iter().sum::<u32>() <= single_limit {
        return 1;
    }
    let mut parts = 1;
    let mut used = 0;
    for width in widths {
        if used + width > part_limit {
            parts += 1;
            used = 0;
        }
        used += width;
    }
    parts
}
