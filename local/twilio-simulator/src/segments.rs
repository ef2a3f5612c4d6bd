//! The number of SMS segments of a text.

/// Characters of one septet.
const GSM_7: &str = "\n\r !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz¡£¤¥§¿ÄÅÆÇÉÑÖØÜßàäåæèéìñòöøùüΓΔΘΛΞΠΣΦΨΩ";
/// Characters of two septets: an escape and the character.
const GSM_7_EXTENSION: &str = "\u{c}[\\]^{|}~€";

/// Returns the number of segments of `text`.
///
/// An empty text has one.
///
/// If every character is in GSM-7, one segment has 160 septets, or several have 153 each. Otherwise the text is UCS-2
/// with 70 units, or 67 each. No character is split.
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
