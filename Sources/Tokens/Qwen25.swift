/// What Qwen2.5's tokenizer has beside the tokens of its rank file.
enum Qwen25 {
    /// Its added tokens, in the order of their ids, which go on where the rank file's end.
    private static let names = [
        "<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|object_ref_start|>", "<|object_ref_end|>",
        "<|box_start|>", "<|box_end|>", "<|quad_start|>", "<|quad_end|>", "<|vision_start|>",
        "<|vision_end|>",
        "<|vision_pad|>", "<|image_pad|>", "<|video_pad|>", "<tool_call>", "</tool_call>", "<|fim_prefix|>",
        "<|fim_middle|>", "<|fim_suffix|>", "<|fim_pad|>", "<|repo_name|>", "<|file_sep|>",
    ]

    /// The names and ids of its added tokens.
    static let addedTokens = Dictionary(uniqueKeysWithValues: zip(names, 151_643...))
}
