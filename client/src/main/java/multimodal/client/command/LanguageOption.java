package multimodal.client.command;

import multimodal.common.v1.Language;

/** A language as it is typed. */
enum LanguageOption {
    en(Language.LANGUAGE_ENGLISH),
    zh(Language.LANGUAGE_CHINESE);

    private final Language proto;

    LanguageOption(Language proto) {
        this.proto = proto;
    }

    Language proto() {
        return proto;
    }
}
