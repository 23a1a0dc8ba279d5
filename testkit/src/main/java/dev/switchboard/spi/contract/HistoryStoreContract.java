package dev.switchboard.spi.contract;

import dev.switchboard.spi.HistoryStore;

/**
 * What every {@link HistoryStore} does: {@linkplain AppendRules appending}, {@linkplain
 * DuplicateRules duplicates}, {@linkplain PageRules pages}, {@linkplain RetentionRules retention}
 * and {@linkplain LogRules names and life of logs}. Implement it in a test class.
 */
public interface HistoryStoreContract
    extends AppendRules, DuplicateRules, PageRules, RetentionRules, LogRules {}
