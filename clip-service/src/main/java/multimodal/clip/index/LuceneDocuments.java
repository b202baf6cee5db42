package multimodal.clip.index;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Set;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.LongPoint;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.ConstantScoreQuery;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermInSetQuery;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.NumericUtils;

/**
 * Images as Lucene's documents, and filters as its queries.
 *
 * <p>Whatever keys the metadata have, a document has the same few fields, for Lucene keeps something of each field for good:
 * values are terms of {@code key, U+0000, value}; numbers besides are points of two dimensions, the key's hash and the value.
 */
final class LuceneDocuments {

    static final String ID = "id";
    static final String VECTOR = "vector";
    static final String METADATA = "metadata";
    private static final String TERMS = "terms";
    private static final String NUMBERS = "numbers";

    private LuceneDocuments() {}

    static Document of(IndexedImage image) {
        Document document = new Document();
        document.add(new StringField(ID, image.id(), Field.Store.YES));
        document.add(new KnnFloatVectorField(VECTOR, image.vector(), VectorSimilarityFunction.DOT_PRODUCT));
        document.add(new StoredField(METADATA, MetadataJson.write(image.metadata())));
        image.metadata().forEach((key, value) -> {
            document.add(new StringField(TERMS, term(key, value), Field.Store.NO));
            if (value instanceof MetadataValue.Number number) {
                document.add(new LongPoint(NUMBERS, hash(key), NumericUtils.doubleToSortableLong(number.value())));
            }
        });
        return document;
    }

    static Term idTerm(String id) {
        return new Term(ID, id);
    }

    static Query query(ImageFilter filter) {
        if (filter instanceof ImageFilter.Ids ids) {
            return new TermInSetQuery(ID, terms(ids.ids()));
        } else if (filter instanceof ImageFilter.In in) {
            return new TermInSetQuery(
                    TERMS,
                    in.values().stream().map(value -> term(in.key(), value)).toList());
        } else if (filter instanceof ImageFilter.Range range) {
            long key = hash(range.key());
            return LongPoint.newRangeQuery(
                    NUMBERS, new long[] {key, sortable(range.min())}, new long[] {key, sortable(range.max())});
        } else if (filter instanceof ImageFilter.AllOf all) {
            return combined(all.filters(), Occur.FILTER);
        } else if (filter instanceof ImageFilter.AnyOf any) {
            return combined(any.filters(), Occur.SHOULD);
        } else if (filter instanceof ImageFilter.Not not) {
            return new BooleanQuery.Builder()
                    .add(new MatchAllDocsQuery(), Occur.FILTER)
                    .add(query(not.filter()), Occur.MUST_NOT)
                    .build();
        }
        throw new IllegalArgumentException("unknown filter " + filter);
    }

    private static Query combined(List<ImageFilter> filters, Occur occur) {
        BooleanQuery.Builder builder = new BooleanQuery.Builder();
        filters.forEach(filter -> builder.add(query(filter), occur));
        return new ConstantScoreQuery(builder.build());
    }

    private static long sortable(double bound) {
        // A zero bound means both zeros; numbers are stored without the sign.
        return NumericUtils.doubleToSortableLong(bound + 0.0);
    }

    private static List<BytesRef> terms(Set<String> texts) {
        return texts.stream().map(BytesRef::new).toList();
    }

    private static BytesRef term(String key, MetadataValue value) {
        return new BytesRef(key + '\0' + text(value));
    }

    private static String text(MetadataValue value) {
        if (value instanceof MetadataValue.Text text) {
            return "t" + text.value();
        } else if (value instanceof MetadataValue.Number number) {
            return "n" + number.value();
        } else if (value instanceof MetadataValue.Flag flag) {
            return "f" + flag.value();
        }
        throw new IllegalArgumentException("unknown value " + value);
    }

    /** 64 bits that tell keys apart, the same in every process. */
    private static long hash(String key) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
            return ByteBuffer.wrap(digest).getLong();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
