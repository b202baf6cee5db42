package multimodal.client.demo;

import java.util.List;

/**
 * A text that pictures were searched by.
 *
 * @param hits what was found, the nearest first
 */
record DemoSearch(Query query, List<Hit> hits) {

    /** The searches of the demo, in their order; no picture was made from one of them. */
    static final List<Query> QUERIES = List.of(new Query("a cat by the sea", "en"), new Query("雪地上的小狗", "zh"));

    /** A text to search by, and its language as HTML names it. */
    record Query(String text, String languageTag) {}

    /** A picture that was found, and its cosine with the query. */
    record Hit(DemoPicture picture, double score) {}
}
